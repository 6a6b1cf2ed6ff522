import * as z from 'zod/mini'
import type { JsonValue } from '../domain/json.js'
import {
  durationField,
  flagField,
  functionField,
  instantField,
  paramsField,
  nameField,
  textField,
  wholeField,
} from './fields.js'

const DAY_MS = 86_400_000
const LARGEST_INT = 2 ** 31 - 1

export const scheduleSchema = z.strictObject({
  id: nameField,
  description: z.optional(textField({ max: 10_000, empty: 'allowed' })),
  cron: textField({ max: 255 }),
  timezone: z._default(textField({ max: 64 }), 'UTC'),
  executionMode: z.optional(z.enum(['ALL_JOBS', 'JOB_GROUP', 'JOB_LIST'])),
  jobGroup: z.optional(nameField),
  jobs: z.optional(z.array(nameField)),
  params: z.optional(paramsField),
  enabled: z._default(flagField, true),
  priority: z._default(wholeField(-LARGEST_INT, LARGEST_INT), 0),
  catchUp: z._default(z.enum(['latest', 'all', 'skip']), 'latest'),
  catchUpWindow: z.optional(durationField({ min: 1, max: 3660 * DAY_MS })),
  catchUpLimit: z._default(wholeField(1, 10_000), 100),
  overlap: z._default(z.enum(['wait', 'skip', 'allow', 'replace']), 'wait'),
  jitter: z._default(durationField({ min: 0, max: DAY_MS }), 0),
  startsAt: z.optional(instantField),
  endsAt: z.optional(instantField),
  when: z.optional(functionField<(slot: { scheduledFor: Date; params: JsonValue }) => unknown>()),
  environments: z.optional(z.array(textField({ max: 128 })).check(z.minLength(1))),
  jobConcurrency: z._default(wholeField(1, 1000), 1),
  pauseAfterFailures: z.optional(wholeField(1, LARGEST_INT)),
  firstRun: z._default(z.enum(['next', 'immediately']), 'next'),
})

export type ScheduleFields = z.output<typeof scheduleSchema>
