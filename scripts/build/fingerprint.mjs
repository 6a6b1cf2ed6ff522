import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** SHA-256 over the names and contents of files and folders (generated and database files left out). */
export async function fingerprint(root, names) {
  const files = (await Promise.all(names.map((name) => filesOf(path.join(root, name))))).flat().sort()
  const contents = await Promise.all(files.map((file) => readFile(file)))
  const hash = createHash('sha256')
  files.forEach((file, i) => hash.update(path.relative(root, file)).update('\0').update(contents[i]).update('\0'))
  return hash.digest('hex')
}

async function filesOf(name) {
  const entries = await readdir(name, { withFileTypes: true, recursive: true }).catch(() => null)
  if (entries === null) return [name]
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/generated/') && !/\.db(-\w+)?$/.test(file))
}
