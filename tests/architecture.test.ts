import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSources, ROOT, roomOf, type Import, type Source } from './architecture/read-imports.js'

const LONGEST_FILE = 250
const sources = readSources()

/** Which rooms a room may run code of; `types` may be named besides. The foundation is open to all. */
const ROOMS: Record<string, { uses: string[]; types?: string[] }> = {
  foundation: { uses: [] },
  domain: { uses: [] },
  calendar: { uses: ['domain'] },
  // A job's own process loads the config file again to find its function.
  jobs: { uses: ['domain', 'config'] },
  config: { uses: ['domain', 'calendar', 'jobs', 'faces'] },
  // Of the ledger it shares what the end of a slot says, which needs no calendar (see below).
  store: { uses: ['domain', 'ledger'] },
  // Shares the reading of database URLs and of connection errors with the write side.
  queries: { uses: ['domain', 'store'] },
  // What edits and pauses make of a schedule's account: pure.
  ledger: { uses: ['domain', 'calendar'], types: ['store'] },
  commands: { uses: ['domain', 'calendar', 'ledger', 'store', 'config'] },
  notify: { uses: ['domain'], types: ['pass'] },
  pass: { uses: ['domain', 'calendar', 'ledger', 'jobs', 'store', 'notify'], types: ['config'] },
  // Puts the rooms together for the command line and the public faces.
  program: { uses: ['domain', 'calendar', 'config', 'store', 'commands', 'pass'] },
  client: { uses: ['domain', 'config', 'store', 'queries', 'commands'] },
  queue: { uses: ['domain', 'pass', 'jobs', 'store', 'config'] },
  // Signing and checking of tokens, for the web server and the command that issues them.
  access: { uses: [] },
  // Of the config it shares the reading of the environment, never of a file (see below).
  web: { uses: ['domain', 'access', 'queries', 'commands', 'calendar', 'ledger', 'store', 'config'] },
  cli: {
    uses: [
      'domain',
      'access',
      'calendar',
      'ledger',
      'jobs',
      'config',
      'store',
      'queries',
      'commands',
      'pass',
      'program',
      'notify',
      'queue',
    ],
  },
  // What users test their own configs with.
  testing: { uses: ['domain', 'calendar', 'ledger', 'config', 'jobs', 'store', 'commands', 'pass', 'program'] },
  faces: {
    uses: ['domain', 'calendar', 'config', 'client', 'program', 'testing'],
    types: ['jobs', 'pass', 'queries', 'commands'],
  },
}

/** Packages that have one home, so that they can be replaced and stay out of the idle pass. */
const HOMES: Record<string, RegExp> = {
  'cron-parser': /^calendar\//,
  cronstrue: /^calendar\//,
  mysql2: /^(store\/mysql\/|queries\/preflight\.ts$)/,
  libsql: /^store\/sqlite\//,
  '@prisma/client': /^queries\//,
  '@prisma/adapter-mariadb': /^queries\//,
  '@prisma/adapter-libsql': /^queries\//,
  execa: /^jobs\//,
  undici: /^jobs\//,
  jiti: /^config\//,
  commander: /^cli\//,
  consola: /^(log\.ts$|cli\/)/,
  'p-limit': /^pass\//,
  zod: /^config\//,
  hono: /^web\//,
  '@hono/node-server': /^web\//,
  'prom-client': /^web\//,
  jose: /^access\//,
}

describe('rooms', () => {
  it('has a rule for every folder of src/', () => {
    expect([...new Set(sources.map(({ file }) => roomOf(file)))].filter((room) => ROOMS[room] === undefined)).toEqual(
      [],
    )
  })

  it.each(Object.keys(ROOMS))('%s imports only what it may', (room) => {
    const uses = ['foundation', room, ...(ROOMS[room]?.uses ?? [])]
    const types = [...uses, ...(ROOMS[room]?.types ?? [])]
    expect(
      localImports(
        (file) => roomOf(file) === room,
        (found) => !(found.kind === 'type' ? types : uses).includes(roomOf(found.target)),
      ),
    ).toEqual([])
  })

  it('keeps the domain to types and constants', () => {
    expect(
      sources
        .filter(({ file }) => roomOf(file) === 'domain')
        .filter(({ imports }) => imports.some((i) => i.kind !== 'type')),
    ).toEqual([])
  })

  it('lets the pass know the store by its port only, but for opening one', () => {
    const opening = /^pass\/heartbeat-thread\.ts$/
    expect(
      localImports(
        (file) => file.startsWith('pass/') && !opening.test(file),
        (found) => found.kind !== 'type' && found.target.startsWith('store/'),
      ),
    ).toEqual([])
  })

  it('lets the store settle slots, but know nothing of time tables', () => {
    expect(
      localImports(
        (file) => file.startsWith('store/'),
        (found) =>
          found.kind !== 'type' && found.target.startsWith('ledger/') && found.target !== 'ledger/settlement.ts',
      ),
    ).toEqual([])
    expect(
      localImports(
        (file) => file === 'ledger/settlement.ts',
        ({ target }) => !target.startsWith('domain/'),
      ),
    ).toEqual([])
  })

  it('lets the web server read the environment, but neither a config file nor definitions', () => {
    const shared = /^config\/(dotenv|find-config|read-environment)\.ts$/
    expect(
      localImports(
        (file) => file.startsWith('web/'),
        (found) => found.target.startsWith('config/') && !shared.test(found.target),
      ),
    ).toEqual([])
  })

  it('keeps the four steps of a pass apart', () => {
    const steps = ['check', 'lock', 'execute', 'record'].map((step) => `pass/${step}.ts`)
    expect(
      localImports(
        (file) => steps.includes(file),
        (found) => found.kind !== 'type' && steps.includes(found.target),
      ),
    ).toEqual([])
  })

  it('keeps pass.ts, the page that a newcomer reads first, under 80 lines', () => {
    expect(sources.find(({ file }) => file === 'pass/pass.ts')?.lines).toBeLessThan(80)
  })
})

describe('packages', () => {
  it.each(Object.entries(HOMES))('%s is imported only from its home', (name, home) => {
    const strays = sources.filter(
      ({ file, imports }) => !home.test(file) && imports.some((found) => found.kind !== 'type' && isOf(found, name)),
    )
    expect(strays.map(({ file }) => file)).toEqual([])
  })
})

describe('habits', () => {
  it(`keeps every file within ${String(LONGEST_FILE)} lines and the median within 60`, () => {
    const lengths = sources.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sources.filter(({ lines }) => lines > LONGEST_FILE).map(({ file }) => file)).toEqual([])
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(60)
  })

  it.each([
    // Jobs are kept from calling it, with a message that says so.
    ['process.exit', /\bprocess\.exit\(/, /^jobs\/job-scope\.ts$/],
    ['the console', /\bconsole\.\w+\(/, /^log\.ts$/],
    ['the host clock', /\bDate\.now\(\)|new Date\(\)/, /^clock\.ts$/],
    ['a default export', /^export default/m, /^$/],
    ['any', /(:|as|<) ?any\b/, /^$/],
  ])('uses %s nowhere but in its place', (_what, pattern, place) => {
    expect(
      sources
        .filter(({ file, text }) => pattern.test(withoutComments(text)) && !place.test(file))
        .map(({ file }) => file),
    ).toEqual([])
  })

  it('names no file manager, helper, util or service', () => {
    expect(sources.filter(({ file }) => /manager|helper|util|service/i.test(file)).map(({ file }) => file)).toEqual([])
  })

  it('names its files in kebab case', () => {
    expect(
      sources.filter(({ file }) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.tsx?$/.test(file)).map(({ file }) => file),
    ).toEqual([])
  })

  it('leaves nothing to do later, and no machine in what is committed', () => {
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
    const pattern = new RegExp(
      ['TO' + 'DO\\b', 'FIX' + 'ME\\b', 'XX' + 'X\\b', '/wo' + 'rk/main', '/ro' + 'ot/', '/tmp/b' + 'p'].join('|'),
    )
    const texts = tracked
      .split('\n')
      .filter(
        (file) => /\.(ts|tsx|js|mjs|json|md|toml|yaml|yml|prisma|sql|sh)$/.test(file) && file !== 'package-lock.json',
      )
    expect(texts.filter((file) => pattern.test(readFileSync(path.join(ROOT, file), 'utf8')))).toEqual([])
  })
})

function localImports(from: (file: string) => boolean, wrong: (found: Import, source: Source) => boolean): string[] {
  return sources
    .filter(({ file }) => from(file))
    .flatMap((source) =>
      source.imports
        .filter((found) => !found.isPackage && wrong(found, source))
        .map((found) => `${source.file} → ${found.target}`),
    )
}

function isOf(found: Import, name: string): boolean {
  return found.isPackage && (found.target === name || found.target.startsWith(`${name}/`))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')
}
