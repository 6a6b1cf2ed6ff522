import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Store } from '../../src/store/store.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const FOLDER = path.join(ROOT, `node_modules/.cache/mutants-${process.pid}`)

/** One change of the store's source: a guard taken away. */
export interface Mutation {
  /** Below src/store. */
  file: string
  find: string
  replace: string
}

type OpenStore = (options: { databaseUrl: string }) => Promise<Store>
let built = 0

/** The store with that change; null: as it is. Throws when the text to change is not there exactly once. */
export async function buildMutant(mutation: Mutation | null): Promise<OpenStore> {
  mkdirSync(FOLDER, { recursive: true })
  const outfile = path.join(FOLDER, `store-${++built}.mjs`)
  let applied = 0
  await build({
    entryPoints: [path.join(ROOT, 'src/store/open-store.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutate',
        setup({ onLoad }) {
          onLoad({ filter: /src\/store\/.*\.ts$/ }, ({ path: file }) => {
            const contents = readFileSync(file, 'utf8')
            if (mutation === null || !file.endsWith(`src/store/${mutation.file}`)) return { contents, loader: 'ts' }
            applied = contents.split(mutation.find).length - 1
            return { contents: contents.replace(mutation.find, () => mutation.replace), loader: 'ts' }
          })
        },
      },
    ],
  })
  if (mutation !== null && applied !== 1)
    throw new Error(`"${mutation.find}" stands ${applied} times in ${mutation.file}`)
  return ((await import(pathToFileURL(outfile).href)) as { openStore: OpenStore }).openStore
}

export const MUTANTS_FOLDER = FOLDER
