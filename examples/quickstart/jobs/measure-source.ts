import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { JobContext } from 'run-due-schedules'

const root = path.resolve(import.meta.dirname, '../../..')

/** Lines of src/ by folder, and the three longest files. */
export async function run({ log }: JobContext) {
  const files = (await readdir(path.join(root, 'src'), { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.includes('generated'),
  )
  const measured = await Promise.all(
    files.map(async (file) => ({ file, lines: await linesOf(path.join(root, 'src', file)) })),
  )
  const folders: Record<string, number> = {}
  for (const { file, lines } of measured) {
    const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : '.'
    folders[folder] = (folders[folder] ?? 0) + lines
  }
  const lines = measured.reduce((sum, entry) => sum + entry.lines, 0)
  const longest = measured.sort((a, b) => b.lines - a.lines).slice(0, 3)
  log(`${lines} lines in ${measured.length} files; the longest is ${longest[0]?.file ?? 'none'}`)
  return { files: measured.length, lines, folders, longest }
}

async function linesOf(file: string): Promise<number> {
  return (await readFile(file, 'utf8')).split('\n').length - 1
}
