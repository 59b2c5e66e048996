// Makes dist/t.js of ripeline.js and dist/corner.js of corner.js; with --check it writes nothing and fails when one of
// them is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { minify } from 'terser'

const file = (name) => new URL(name, import.meta.url)

const build = async (from, to, options) => {
  // `let` for `const`, so that declarations join.
  const source = readFileSync(file(from), 'utf8').replace(/\bconst\b/g, 'let')
  const { code } = await minify(source, { ...options, mangle: true, format: { comments: false } })
  if (!process.argv.includes('--check')) {
    writeFileSync(file(to), code)
  } else if (readFileSync(file(to), 'utf8') !== code) {
    console.error(`${to} is stale: run \`npm run build\` in tracker/`)
    process.exitCode = 1
  }
}

await build('ripeline.js', 'dist/t.js', {
  ecma: 2020,
  toplevel: true,
  compress: { passes: 4, unsafe_arrows: true, booleans_as_integers: true, keep_fargs: false, pure_getters: true, unsafe_comps: true },
})
await build('corner.js', 'dist/corner.js', { ecma: 2020, module: true })
