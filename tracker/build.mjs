// Makes dist/t.js of ripeline.js, dist/t.js.br of that (as most browsers get it) and dist/corner.js of corner.js; with
// --check it writes nothing and fails when one of them is not what it would write.
// `node build.mjs --names 60` looks for better names for a minute.
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { minify } from 'terser'

// The order in which letters become names in t.js: which of them stand side by side is worth 20 bytes of brotli.
const NAMES = 'fpitqngwTZrlmuKJQHvVIcUoGXAsSFYhxbDjBePzRMaE$dWNC_kLy'

const file = (name) => new URL(name, import.meta.url)
// `let` for `const`, so that declarations join.
const source = (name) => readFileSync(file(name), 'utf8').replace(/\bconst\b/g, 'let')
const code = async (text, options) => (await minify(text, { format: { comments: false }, ...options })).code

const compressed = () =>
  code(source('ripeline.js'), {
    ecma: 2020,
    toplevel: true,
    compress: {
      passes: 4,
      unsafe_arrows: true,
      unsafe_methods: true,
      unsafe_comps: true,
      booleans_as_integers: true,
      keep_fargs: false,
      pure_getters: true,
    },
    mangle: false,
  })

/** The same with short names: the nth is made of these letters, two of them from the 54th on. */
const named = (text, letters) => {
  const get = (n) => (n < letters.length ? '' : get(Math.floor(n / letters.length) - 1)) + letters[n % letters.length]
  return code(text, { ecma: 2020, compress: false, mangle: { toplevel: true, nth_identifier: { get } } })
}

const betterNames = async (seconds) => {
  const text = await compressed()
  const weight = async (letters) => brotliCompressSync(await named(text, letters)).length
  let best = [...NAMES]
  let least = await weight(best)
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const letters = [...best]
    for (let swaps = 1 + Math.random() * 3; swaps-- > 0; ) {
      const [a, b] = [0, 0].map(() => Math.floor(Math.random() * letters.length))
      ;[letters[a], letters[b]] = [letters[b], letters[a]]
    }
    const bytes = await weight(letters)
    if (bytes < least) console.log(bytes, letters.join(''))
    if (bytes <= least) [best, least] = [letters, bytes]
  }
}

const write = (name, text) => {
  if (!process.argv.includes('--check')) {
    writeFileSync(file(name), text)
  } else if (readFileSync(file(name), 'utf8') !== text) {
    stale(name)
  }
}

const stale = (name) => {
  console.error(`${name} is stale: run \`npm run build\` in tracker/`)
  process.exitCode = 1
}

/** The same packed: what counts is what comes out of it, as another Node may pack otherwise. */
const pack = (name, text) => {
  if (!process.argv.includes('--check')) {
    writeFileSync(file(name), brotliCompressSync(text))
  } else if (brotliDecompressSync(readFileSync(file(name))).toString() !== text) {
    stale(name)
  }
}

if (process.argv[2] == '--names') {
  await betterNames(+process.argv[3])
} else {
  const script = await named(await compressed(), [...NAMES])
  write('dist/t.js', script)
  pack('dist/t.js.br', script)
  write('dist/corner.js', await code(source('corner.js'), { ecma: 2020, module: true, mangle: true }))
}
