import { describe, expect, expectTypeOf, it } from 'vitest'
import { commandJob, defineConfig, defineJob, httpJob } from '../../src/index.js'
import type { JobContext, JsonValue } from '../../src/index.js'

interface Tenant {
  tenant: string
}

describe('the definitions that a config file is made of', () => {
  it('are plain data, exactly as written', () => {
    const run = () => 1
    expect(defineJob({ name: 'a', run })).toEqual({ name: 'a', run })
    expect(commandJob({ name: 'b', command: 'true' })).toEqual({ name: 'b', command: 'true' })
    expect(httpJob({ name: 'c', request: { url: 'https://example.com' } })).toEqual({
      name: 'c',
      request: { url: 'https://example.com' },
    })
  })

  it('type the context of a job, and its params where the job says what it expects', () => {
    const typed = async ({ params }: JobContext<Tenant>) => params.tenant.length
    const config = defineConfig({
      jobs: [
        defineJob<Tenant>({ name: 'run', run: ({ params }) => params.tenant.toUpperCase() }),
        defineJob<Tenant>({ name: 'load', load: () => Promise.resolve({ run: typed }) }),
        defineJob({ name: 'untyped', run: ({ params }) => expectTypeOf(params).toEqualTypeOf<JsonValue>() }),
        { name: 'bare', run: ({ signal }) => expectTypeOf(signal).toEqualTypeOf<AbortSignal>() },
      ],
    })
    expect(config.jobs).toHaveLength(4)
  })

  it('refuse at compile time what the check would refuse', () => {
    // @ts-expect-error: run and load exclude each other
    defineJob({ name: 'a', run: () => 1, load: () => () => 1 })
    // @ts-expect-error: a command needs no isolation
    commandJob({ name: 'a', command: 'true', isolation: 'process' })
    // @ts-expect-error: there is no such overlap
    defineConfig({ jobs: [], schedules: [{ id: 's', cron: '@daily', overlap: 'queue' }] })
    expect(defineConfig).toBeTypeOf('function')
  })
})
