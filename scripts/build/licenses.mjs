import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** The licences of every package whose code ended up in the bundle, as one text. */
export async function licensesOf(root, metafile) {
  const folders = new Set(
    Object.keys(metafile.inputs)
      .map(packageFolder)
      .filter((folder) => folder !== null),
  )
  const sections = await Promise.all([...folders].sort().map((folder) => section(path.join(root, folder))))
  return `The bundle contains code of these packages.\n\n${sections.join('\n')}`
}

function packageFolder(input) {
  const match = /^(?:commonjs-names:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
  return match?.[1] ?? null
}

async function section(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
  if (typeof license !== 'string') throw new Error(`${name} ${version} states no licence`)
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : (await readFile(path.join(folder, file), 'utf8')).trim()
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`
}
