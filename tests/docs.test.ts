import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './architecture/read-imports.js'
import { createAppFolder } from './support/app-folder.js'
import { execute } from './support/execute.js'

const docs = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...docs.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`),
]

describe('the documents', () => {
  it.each(pages)('%s links to files and headings that exist', (page) => {
    expect(linksOf(page).filter((target) => !leadsSomewhere(page, target))).toEqual([])
  })

  it('keep the README to what a stranger reads', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(150)
  })

  it.each(['README.md', 'docs/tutorial.md'])('%s shows a config that works as it stands', async (page) => {
    const app = await createAppFolder()
    const config = /```ts\n((?:\/\/ schedules.config.ts\n)?import[\s\S]*?)```/.exec(read(page))?.[1] ?? ''
    await writeFile(path.join(app.folder, 'schedules.config.ts'), config)
    const program = path.join(ROOT, 'bin/run-due-schedules.js')
    const { code, stdout, stderr } = await execute(process.execPath, [program, '--dry-run', '--json'], {
      cwd: app.folder,
    })
    await app.remove()
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ pass: { dryRun: true } })
  })

  it('name every decision by the next number', () => {
    const decisions = docs.filter((file) => /^decisions\/.*\.md$/.test(file)).sort()
    expect(decisions.map((file) => Number(path.basename(file).slice(0, 4)))).toEqual(decisions.map((_, i) => i + 1))
  })
})

function read(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8')
}

function linksOf(page: string): string[] {
  const prose = read(page).replace(/```[\s\S]*?```/g, '')
  return [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map((match) => match[1] ?? '')
}

function leadsSomewhere(page: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const destination = file === '' ? page : path.join(path.dirname(page), file)
  if (!existsSync(path.join(ROOT, destination))) return false
  return heading === undefined || headingsOf(destination).includes(heading)
}

/** Anchors as they are made of headings: lower case, words joined by hyphens. */
function headingsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}
