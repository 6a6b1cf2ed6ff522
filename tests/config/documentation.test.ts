import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/config/config-schema.js'
import { commandJobSchema, functionJobSchema, httpJobSchema } from '../../src/config/job-schema.js'
import { loadConfig } from '../../src/config/load-config.js'
import { resolveAndCheck } from '../../src/config/resolve-config.js'
import { scheduleSchema } from '../../src/config/schedule-schema.js'
import { folderWith } from './support.js'

const reference = readFileSync('docs/reference/configuration.md', 'utf8')

/** What the first column of the tables under a heading names, `retry.delay` as `retry`. */
function documented(heading: string): Set<string> {
  const section = reference.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const cells = section.split('\n').filter((line) => line.startsWith('| `'))
  const names = cells.flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`(\w+)/g)].map((match) => match[1]))
  return new Set(names.filter((name) => name !== undefined))
}

describe('the reference of the config file', () => {
  it.each<[string, readonly { shape: object }[]]>([
    ['Config', [configSchema]],
    ['Jobs', [functionJobSchema, commandJobSchema, httpJobSchema]],
    ['Schedules', [scheduleSchema]],
  ])('names every option of "%s" and no other', (heading, schemas) => {
    const options = new Set(schemas.flatMap(({ shape }) => Object.keys(shape)))
    expect([...documented(heading)].sort()).toEqual([...options].sort())
  })

  it('begins with an example that works', async () => {
    const example = /```ts\n(.*?)```/s.exec(reference)?.[1] ?? ''
    const file = join(folderWith({ 'schedules.config.ts': example }), 'schedules.config.ts')
    const config = await resolveAndCheck(await loadConfig(file), file)
    expect(config.schedules.map(({ definition }) => definition.id)).toEqual(['nightly', 'hourly-all', 'digest'])
  })
})
