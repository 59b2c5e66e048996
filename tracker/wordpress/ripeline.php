<?php
/**
 * Plugin Name:       Ripeline
 * Description:       Puts the tag of your own Ripeline server into every page. Nothing is stored or sent before consent.
 * Version:           1.0.0
 * Requires at least: 6.3
 * Requires PHP:      7.4
 * License:           MIT
 * Text Domain:       ripeline
 *
 * @package Ripeline
 */

defined( 'ABSPATH' ) || exit;

const RIPELINE_OPTION = 'ripeline';

/**
 * What the owner filled in; every key is there.
 *
 * @return array{server: string, site: string, consent: string}
 */
function ripeline_options() {
	$kept = get_option( RIPELINE_OPTION, array() );
	return wp_parse_args( is_array( $kept ) ? $kept : array(), array( 'server' => '', 'site' => '', 'consent' => 'required' ) );
}

/**
 * Who may edit the site is no visitor of it.
 */
function ripeline_leaves_out() {
	return is_user_logged_in() && current_user_can( 'edit_posts' );
}

add_action( 'wp_enqueue_scripts', 'ripeline_enqueue' );
/**
 * The tag, and what tells it about consent.
 */
function ripeline_enqueue() {
	$options = ripeline_options();
	if ( '' === $options['server'] || ripeline_leaves_out() || is_preview() || is_customize_preview() ) {
		return;
	}
	// All options stand in the address: caches and optimizers strip attributes.
	$query = array_filter(
		array(
			's'       => $options['site'],
			'consent' => 'granted' === $options['consent'] ? 'granted' : '',
		)
	);
	// Where the script has another path, its whole address is given.
	$script = false === strpos( $options['server'], '.js' ) ? $options['server'] . '/t.js' : $options['server'];
	$src    = add_query_arg( array_map( 'rawurlencode', $query ), $script );
	// No version: the server says itself how long the script may be kept.
	wp_enqueue_script( 'ripeline', $src, array(), null, array( 'strategy' => 'async' ) ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
	if ( 'granted' !== $options['consent'] ) {
		wp_register_script( 'ripeline-consent', false, array(), null, true ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
		wp_enqueue_script( 'ripeline-consent' );
		wp_add_inline_script( 'ripeline-consent', ripeline_consent_script() );
	}
}

/**
 * Hears the WP Consent API. Without a banner that API says yes to everything, and nobody has been asked.
 */
function ripeline_consent_script() {
	return <<<'JS'
window.ripeline = window.ripeline || function () { (ripeline.q = ripeline.q || []).push(arguments) };
(function () {
  function tell() {
    var banner = window.wp_consent_type || window.wp_fallback_consent_type
    if (banner && window.wp_has_consent) ripeline('consent', wp_has_consent('marketing'))
  }
  document.addEventListener('wp_consent_type_defined', tell)
  document.addEventListener('wp_listen_for_consent_change', tell)
  addEventListener('load', tell)
})()
JS;
}

// The WP Consent API lists which plugins heed it.
add_filter( 'wp_consent_api_registered_' . plugin_basename( __FILE__ ), '__return_true' );

add_action( 'admin_menu', 'ripeline_add_page' );
/**
 * Settings, Ripeline.
 */
function ripeline_add_page() {
	add_options_page( __( 'Ripeline', 'ripeline' ), __( 'Ripeline', 'ripeline' ), 'manage_options', 'ripeline', 'ripeline_show_page' );
}

add_action( 'admin_init', 'ripeline_register' );
/**
 * The three things there are to say; WordPress checks nonce and right when they are saved.
 */
function ripeline_register() {
	register_setting(
		'ripeline',
		RIPELINE_OPTION,
		array(
			'type'              => 'array',
			'sanitize_callback' => 'ripeline_clean',
			'default'           => array(),
		)
	);
}

/**
 * Only what can be right is kept.
 *
 * @param mixed $given The submitted form.
 * @return array{server: string, site: string, consent: string}
 */
function ripeline_clean( $given ) {
	$given  = is_array( $given ) ? $given : array();
	$server = isset( $given['server'] ) ? untrailingslashit( esc_url_raw( trim( (string) $given['server'] ), array( 'https', 'http' ) ) ) : '';
	if ( '' === $server && ! empty( $given['server'] ) ) {
		add_settings_error( RIPELINE_OPTION, 'server', __( 'That is no web address, like https://leads.example.com.', 'ripeline' ) );
	}
	return array(
		'server'  => $server,
		'site'    => isset( $given['site'] ) ? sanitize_text_field( (string) $given['site'] ) : '',
		'consent' => isset( $given['consent'] ) && 'granted' === $given['consent'] ? 'granted' : 'required',
	);
}

/**
 * The page itself.
 */
function ripeline_show_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$options = ripeline_options();
	?>
	<div class="wrap">
		<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
		<form method="post" action="options.php">
			<?php settings_fields( 'ripeline' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><label for="ripeline-server"><?php esc_html_e( 'Server', 'ripeline' ); ?></label></th>
					<td>
						<input class="regular-text" type="url" id="ripeline-server" name="ripeline[server]" value="<?php echo esc_attr( $options['server'] ); ?>" placeholder="https://leads.example.com" required>
						<p class="description"><?php esc_html_e( 'The address of your Ripeline server, as its Install page shows it.', 'ripeline' ); ?></p>
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="ripeline-site"><?php esc_html_e( 'Site key', 'ripeline' ); ?></label></th>
					<td>
						<input class="regular-text" type="text" id="ripeline-site" name="ripeline[site]" value="<?php echo esc_attr( $options['site'] ); ?>">
						<p class="description"><?php esc_html_e( 'Only where one server measures several sites; otherwise leave it empty.', 'ripeline' ); ?></p>
					</td>
				</tr>
				<tr>
					<th scope="row"><label for="ripeline-consent"><?php esc_html_e( 'Consent', 'ripeline' ); ?></label></th>
					<td>
						<select id="ripeline-consent" name="ripeline[consent]">
							<option value="required" <?php selected( $options['consent'], 'required' ); ?>><?php esc_html_e( 'Wait for the banner (WP Consent API, category marketing)', 'ripeline' ); ?></option>
							<option value="granted" <?php selected( $options['consent'], 'granted' ); ?>><?php esc_html_e( 'The banner holds this script back until the visitor agrees', 'ripeline' ); ?></option>
						</select>
						<p class="description"><?php esc_html_e( 'Nothing is stored or sent before consent. People who may edit this site are left out.', 'ripeline' ); ?></p>
					</td>
				</tr>
			</table>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}

add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), 'ripeline_link' );
/**
 * A way to the settings from the list of plugins.
 *
 * @param string[] $links The links there are.
 * @return string[]
 */
function ripeline_link( $links ) {
	array_unshift( $links, '<a href="' . esc_url( admin_url( 'options-general.php?page=ripeline' ) ) . '">' . esc_html__( 'Settings', 'ripeline' ) . '</a>' );
	return $links;
}

register_uninstall_hook( __FILE__, 'ripeline_forget' );
/**
 * Nothing of us stays behind.
 */
function ripeline_forget() {
	delete_option( RIPELINE_OPTION );
}
