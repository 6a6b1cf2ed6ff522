import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT } from '../architecture/read-imports.js'

export interface AppFolder {
  folder: string
  remove(): Promise<void>
}

/** A folder like that of an app which has installed the package, with these files of the repository copied into it. */
export async function createAppFolder(...files: readonly string[]): Promise<AppFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rds-app-'))
  await mkdir(path.join(folder, 'node_modules'))
  await symlink(ROOT, path.join(folder, 'node_modules/run-due-schedules'))
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  for (const file of files) await cp(path.join(ROOT, file), path.join(folder, path.basename(file)))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
