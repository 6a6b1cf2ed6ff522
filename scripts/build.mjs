// Bundles dist/ (esbuild) and its declarations (tsc). `--if-stale` does nothing when dist/ matches the sources.
// `--chaos` makes .dist-chaos/ instead: the same program with its failpoints, for tests/chaos.
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { commonJsNames } from './build/commonjs-names.mjs'
import { writeDeclarations } from './build/declarations.mjs'
import { fingerprint } from './build/fingerprint.mjs'
import { licensesOf } from './build/licenses.mjs'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
const generated = path.join(root, 'src/queries/generated')

/** Programs and public faces, by the name of their file in dist/. */
const ENTRIES = {
  index: 'src/index.ts',
  client: 'src/client.ts',
  calendar: 'src/calendar.ts',
  testing: 'src/testing.ts',
  cli: 'src/cli/main.ts',
  web: 'src/web/main.ts',
  'job-process': 'src/jobs/process/job-process.ts',
  'heartbeat-thread': 'src/pass/heartbeat-thread.ts',
}
const TYPED = ['index', 'client', 'calendar', 'testing']

await generateClients()
if (process.argv.includes('--chaos')) await buildChaos()
else if (!process.argv.includes('--clients-only')) await buildDist()

async function generateClients() {
  const wanted = await fingerprint(root, [
    'prisma/schema.prisma',
    'prisma/sqlite/schema.prisma',
    'scripts/generate.mjs',
  ])
  if ((await stampOf(generated)) === wanted) return
  await run(root, 'node', ['scripts/generate.mjs'])
  await writeFile(path.join(generated, '.stamp'), wanted)
}

async function buildDist() {
  const inputs = ['src', 'prisma', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']
  const wanted = await fingerprint(root, inputs)
  if (process.argv.includes('--if-stale') && (await stampOf(dist)) === wanted) return
  const startedAt = performance.now()
  const target = path.join(root, `.dist-${process.pid}`)
  await mkdir(target, { recursive: true })
  try {
    const [{ metafile }] = await Promise.all([bundle(target), writeDeclarations(root, target, ENTRIES, TYPED)])
    // jiti looks for its transpiler here when a TypeScript config is not in its cache.
    await copyFile(path.join(root, 'node_modules/jiti/dist/babel.cjs'), path.join(target, 'babel.cjs'))
    await copyAssets(target)
    await writeFile(path.join(target, 'metafile.json'), JSON.stringify(metafile))
    await writeFile(path.join(target, 'THIRD_PARTY_LICENSES.txt'), await licensesOf(root, metafile))
    await writeFile(path.join(target, '.stamp'), wanted)
    await swap(target, dist)
  } finally {
    await rm(target, { recursive: true, force: true })
  }
  process.stdout.write(`built dist/ in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

async function buildChaos() {
  const wanted = await fingerprint(root, ['src', 'prisma', 'scripts', 'bin', 'package-lock.json'])
  const chaos = path.join(root, '.dist-chaos')
  if (process.argv.includes('--if-stale') && (await stampOf(chaos)) === wanted) return
  const target = path.join(root, `.dist-chaos-${process.pid}`)
  await mkdir(target, { recursive: true })
  try {
    await bundle(path.join(target, 'dist'), { dropLabels: [] })
    await copyAssets(path.join(target, 'dist'))
    for (const folder of ['bin', 'prisma'])
      await cp(path.join(root, folder), path.join(target, folder), { recursive: true })
    await writeFile(path.join(target, '.stamp'), wanted)
    await swap(target, chaos)
  } finally {
    await rm(target, { recursive: true, force: true })
  }
}

/** Whitespace goes, names stay: a stack trace must be readable, and shorter names start no faster (decision 0004). */
function bundle(target, options = {}) {
  return build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: target,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'bundle',
    // Native: npm installs the build for the platform.
    external: ['libsql'],
    // One luxon, not the CommonJS copy that cron-parser asks for beside ours.
    alias: { luxon: path.join(root, 'node_modules/luxon/build/es6/luxon.mjs') },
    plugins: [commonJsNames],
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: false,
    // Node prints the source line of an uncaught error: keep it shorter than a screen.
    lineLimit: 400,
    legalComments: 'none',
    metafile: true,
    // Inert in the package: failpoints are for tests/chaos.
    dropLabels: ['FAILPOINT'],
    logLevel: 'warning',
    // CommonJS packages call `require` for Node's own modules. Bundled once more, as CommonJS, a file has no address.
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url || process.cwd() + '/');",
    },
    ...options,
  })
}

/** The web server reads its style sheet and script from beside its own code. */
async function copyAssets(target) {
  const folder = path.join(root, 'src/web/assets')
  for (const file of await readdir(folder))
    if (/\.(css|js)$/.test(file)) await copyFile(path.join(folder, file), path.join(target, file))
}

/** Replaces a build in one step: tests and passes may be running from it. */
async function swap(target, place) {
  const old = `${target}-old`
  if (existsSync(place)) await rename(place, old)
  await rename(target, place)
  await rm(old, { recursive: true, force: true })
}

async function stampOf(folder) {
  return readFile(path.join(folder, '.stamp'), 'utf8').catch(() => null)
}
