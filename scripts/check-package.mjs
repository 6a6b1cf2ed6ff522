// Packs the package and looks at the tarball as its users will: publint, are-the-types-wrong, contents, size.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run } from './build/run.mjs'

const root = path.resolve(import.meta.dirname, '..')
const LARGEST_TARBALL_MIB = 6
const WANTED = [
  'bin/run-due-schedules.js',
  'bin/web-server.js',
  'dist/cli.js',
  'dist/web.js',
  'dist/THIRD_PARTY_LICENSES.txt',
  'prisma/schema.prisma',
  'LICENSE',
  'README.md',
]
const UNWANTED = /^(src|tests|scripts|docs)\/|\.stamp$|metafile|\.db$/

const folder = await mkdtemp(path.join(tmpdir(), 'package-'))
try {
  const [packed] = JSON.parse(
    await run(root, 'npm', ['pack', '--json', '--ignore-scripts', '--silent', '--pack-destination', folder]),
  )
  const tarball = path.join(folder, packed.filename)
  const files = packed.files.map((file) => file.path)
  const problems = [
    ...WANTED.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((name) => UNWANTED.test(name)).map((name) => `${name} does not belong into the package`),
    ...(packed.size > LARGEST_TARBALL_MIB * 2 ** 20 ? [`the tarball has ${mib(packed.size)} MiB`] : []),
    ...(await lockProblems()),
  ]
  await run(root, 'publint', [tarball, '--strict'])
  await run(root, 'attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])
  if (problems.length > 0) throw new Error(problems.join('\n'))
  process.stdout.write(
    `${packed.filename}: ${mib(packed.size)} MiB, ${mib(packed.unpackedSize)} MiB unpacked, ${files.length} files\n`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** A lock file that names a registry works with that one only. */
async function lockProblems() {
  const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'))
  const named = Object.entries(packages).filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''))
  return named.map(([name]) => `package-lock.json names a registry for ${name}`)
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1)
}
