// Makes dist/t.js of ripeline.js; with --check it writes nothing and fails when dist/t.js is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { minify } from 'terser'

const file = (name) => new URL(name, import.meta.url)
// `let` for `const`, so that declarations join.
const source = readFileSync(file('ripeline.js'), 'utf8').replace(/\bconst\b/g, 'let')
const { code } = await minify(source, {
  ecma: 2020,
  toplevel: true,
  compress: { passes: 4, unsafe_arrows: true, booleans_as_integers: true, keep_fargs: false, pure_getters: true, unsafe_comps: true },
  mangle: true,
  format: { comments: false },
})

if (!process.argv.includes('--check')) {
  writeFileSync(file('dist/t.js'), code)
} else if (readFileSync(file('dist/t.js'), 'utf8') !== code) {
  console.error('dist/t.js is stale: run `npm run build` in tracker/')
  process.exit(1)
}
