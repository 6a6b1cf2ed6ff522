// The one gate: everything that must hold before a change is handed in. Names of steps as arguments run only those.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')

const STEPS = {
  clients: ['node', 'scripts/build.mjs', '--clients-only'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  lint: ['eslint', '.'],
  types: ['tsc', '-p', '.'],
  'dead code': ['knip'],
  'sqlite schema': ['node', 'scripts/derive-sqlite.mjs', '--check'],
  build: ['node', 'scripts/build.mjs'],
  package: ['node', 'scripts/check-package.mjs'],
  tests: ['vitest', 'run', '--coverage'],
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in STEPS))
if (unknown.length > 0)
  throw new Error(`no such step: ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}`)

const failed = []
for (const [name, [command, ...args]] of Object.entries(STEPS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const startedAt = performance.now()
  const problem = await run(root, command, args, { echo: name === 'tests' }).then(
    () => null,
    (error) => error.message,
  )
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`${problem === null ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds} s\n`)
  if (problem !== null) {
    failed.push(name)
    process.stdout.write(`${problem.trimEnd()}\n\n`)
  }
}
await rm(path.join(root, 'coverage/.tmp'), { recursive: true, force: true })
process.stdout.write(failed.length === 0 ? 'every check holds\n' : `failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
