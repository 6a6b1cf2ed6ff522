import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { JobContext } from 'run-due-schedules'

const root = path.resolve(import.meta.dirname, '../../..')

/** Follows the relative links of the README and of every page in docs/; fails when one leads nowhere. */
export async function run({ log, progress, signal }: JobContext) {
  const pages = ['README.md', ...(await markdownIn('docs'))]
  const broken: string[] = []
  let links = 0
  let words = 0
  for (const [index, page] of pages.entries()) {
    signal.throwIfAborted()
    const text = await readFile(path.join(root, page), 'utf8')
    const targets = linksOf(text)
    links += targets.length
    words += text.split(/\s+/).length
    broken.push(...targets.filter((target) => leadsNowhere(page, target)).map((target) => `${page} → ${target}`))
    progress((index + 1) / pages.length, page)
  }
  log(`${pages.length} pages, ${words} words, ${links} links, ${broken.length} broken`)
  if (broken.length > 0) throw new Error(`broken links: ${broken.join(', ')}`)
  return { pages: pages.length, words, links }
}

async function markdownIn(folder: string): Promise<string[]> {
  const files = await readdir(path.join(root, folder), { recursive: true })
  return files.filter((file) => file.endsWith('.md')).map((file) => path.posix.join(folder, file))
}

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '')
}

function leadsNowhere(page: string, target: string): boolean {
  return !existsSync(path.resolve(root, path.dirname(page), target))
}
