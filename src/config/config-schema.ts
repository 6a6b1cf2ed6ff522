import * as z from 'zod/mini'
import { durationField, nameField, wholeField } from './fields.js'
import { hookFields } from './job-schema.js'

const DAY_MS = 86_400_000
const age = durationField({ min: 1000, max: 36_600 * DAY_MS })

/** The top level; each job and schedule is read on its own, so that one that is broken hides nothing of the others. */
export const configSchema = z.strictObject({
  name: z._default(nameField, 'default'),
  concurrency: z.optional(wholeField(1, 1000)),
  groupConcurrency: z._default(z.record(z.string(), wholeField(1, 1000)), {}),
  retention: z._default(
    z.strictObject({
      runs: z._default(z.nullable(wholeField(1, 1_000_000)), 100),
      age: z._default(z.nullable(age), null),
      passes: z._default(z.nullable(age), 30 * DAY_MS),
    }),
    { runs: 100, age: null, passes: 30 * DAY_MS },
  ),
  jobs: z.array(z.unknown()),
  schedules: z._default(z.array(z.unknown()), []),
  ...hookFields,
})
