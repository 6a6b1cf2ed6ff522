import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { run } from './run.mjs'

/** Specifiers that an installed package can resolve. */
const RESOLVABLE = /^node:/

/**
 * Declarations of the public faces under `target/types`: only the files they reach, none of which may import a
 * package that is bundled (its types would not be there after `npm install`).
 */
export async function writeDeclarations(root, target, entries, typed) {
  const scratch = path.join(target, '.declarations')
  await mkdir(scratch, { recursive: true })
  const project = path.join(scratch, 'tsconfig.json')
  await writeFile(
    project,
    JSON.stringify(
      tsconfig(
        root,
        scratch,
        typed.map((name) => entries[name]),
      ),
    ),
  )
  await run(root, 'tsc', ['-p', project])
  const queue = typed.map((name) => path.join(scratch, entries[name].replace(/^src\//, '').replace(/\.ts$/, '.d.ts')))
  const seen = new Set(queue)
  for (const file of queue) {
    for (const next of (await importsOf(file)).filter((found) => !seen.has(found))) {
      seen.add(next)
      queue.push(next)
    }
    const place = path.join(target, 'types', path.relative(scratch, file))
    await mkdir(path.dirname(place), { recursive: true })
    await copyFile(file, place)
  }
  await rm(scratch, { recursive: true })
}

function tsconfig(root, outDir, files) {
  return {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      // Types are checked by `npm run types`.
      noCheck: true,
      rootDir: path.join(root, 'src'),
      outDir,
    },
    files: files.map((file) => path.join(root, file)),
    include: [],
  }
}

async function importsOf(file) {
  const text = await readFile(file, 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1])
  const foreign = found.filter((name) => !name.startsWith('.') && !RESOLVABLE.test(name))
  if (foreign.length > 0)
    throw new Error(`${path.basename(file)} exposes types of a bundled package: ${foreign.join(', ')}`)
  const local = found
    .filter((name) => name.startsWith('.'))
    .map((name) => path.resolve(path.dirname(file), name.replace(/\.js$/, '.d.ts')))
  const missing = local.filter((name) => !existsSync(name))
  if (missing.length > 0)
    throw new Error(`${path.basename(file)} imports ${missing.join(', ')}, which has no declaration`)
  return local
}
