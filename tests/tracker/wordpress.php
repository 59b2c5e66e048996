<?php
// As much of WordPress as the plugin calls: enough to run it and print what it does as JSON. Run by test_wordpress.py.

define( 'ABSPATH', '/' );
$case  = json_decode( $argv[2], true );
$heard = array( 'actions' => array(), 'scripts' => array(), 'inline' => array(), 'errors' => array() );

function add_action( $name, $call ) { global $heard; $heard['actions'][ $name ][] = $call; }
function add_filter( $name, $call ) { global $heard; $heard['actions'][ $name ][] = $call; }
function register_uninstall_hook( $file, $call ) {}
function plugin_basename( $file ) { return 'ripeline/ripeline.php'; }
function get_option( $name, $default ) { global $case; return $case['option'] ?? $default; }
function wp_parse_args( $given, $defaults ) { return array_merge( $defaults, $given ); }
function is_user_logged_in() { global $case; return ! empty( $case['signed_in'] ); }
function current_user_can( $right ) { global $case; return in_array( $right, $case['rights'] ?? array(), true ); }
function is_preview() { return false; }
function is_customize_preview() { return false; }
function add_query_arg( $query, $url ) {
	$pairs = array();
	foreach ( $query as $name => $value ) { $pairs[] = "$name=$value"; }
	return $pairs ? $url . ( strpos( $url, '?' ) === false ? '?' : '&' ) . implode( '&', $pairs ) : $url;
}
function wp_enqueue_script( $handle, $src = '', $deps = array(), $version = false, $args = array() ) {
	global $heard;
	if ( $src ) { $heard['scripts'][ $handle ] = array( $src, $version, $args ); }
}
function wp_register_script( $handle, $src ) {}
function wp_add_inline_script( $handle, $code ) { global $heard; $heard['inline'][ $handle ] = $code; }
function esc_url_raw( $url, $schemes ) {
	return preg_match( '~^(' . implode( '|', $schemes ) . ')://[^\s"<>]+$~', $url ) ? $url : '';
}
function untrailingslashit( $text ) { return rtrim( $text, '/' ); }
function sanitize_text_field( $text ) { return trim( strip_tags( $text ) ); }
function add_settings_error( $option, $code, $text ) { global $heard; $heard['errors'][] = $text; }
function register_setting( $group, $option, $args ) { global $heard; $heard['setting'] = array( $group, $option, $args['sanitize_callback'] ); }
function add_options_page( $title, $menu, $right, $slug, $call ) { global $heard; $heard['page'] = array( $right, $slug, $call ); }
function get_admin_page_title() { return 'Ripeline'; }
function settings_fields( $group ) { echo "<!-- nonce of $group -->"; }
function submit_button() { echo '<button>Save</button>'; }
function selected( $one, $other ) { echo $one === $other ? 'selected' : ''; }
function __( $text, $domain ) { return $text; }
function esc_html( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function esc_attr( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function esc_html__( $text, $domain ) { return esc_html( $text ); }
function esc_html_e( $text, $domain ) { echo esc_html( $text ); }

require $argv[1];

foreach ( array( 'wp_enqueue_scripts', 'admin_init', 'admin_menu' ) as $moment ) {
	foreach ( $heard['actions'][ $moment ] as $call ) { $call(); }
}
if ( isset( $case['submitted'] ) ) {
	$heard['kept'] = ( $heard['setting'][2] )( $case['submitted'] );
}
ob_start();
( $heard['page'][2] )();
$heard['html'] = ob_get_clean();
echo json_encode( $heard );
