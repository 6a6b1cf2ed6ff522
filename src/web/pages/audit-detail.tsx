import type { Child, FC } from 'hono/jsx'
import type { JsonValue } from '../../domain/json.js'
import { formatCount, plural, printable } from './format.js'
import { Time } from './marks.js'

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** What a change was about, in words; what nobody foresaw as it is. */
export const AuditDetail: FC<{ detail: JsonValue }> = ({ detail }) => {
  if (detail === null || typeof detail !== 'object' || Array.isArray(detail)) return null
  const parts = Object.entries(detail).filter(([, value]) => value !== null)
  if (parts.length === 0) return null
  return (
    <span class="muted detail">
      {parts.map(([name, value], index) => (
        <>
          {index === 0 ? '' : ' · '}
          {wordsOf(name, value)}
        </>
      ))}
    </span>
  )
}

function wordsOf(name: string, value: JsonValue): Child {
  if (name === 'skippedSlots' && typeof value === 'number')
    return value === 0 ? 'no slot skipped' : `${plural(value, 'slot')} skipped`
  if (name === 'slots' && typeof value === 'number') return plural(value, 'slot')
  if (name === 'reason') return shown(value)
  if (name === 'jobs' && Array.isArray(value))
    return (
      <>
        {value.length === 1 ? 'job' : 'jobs'} {shown(value)}
      </>
    )
  return (
    <>
      {name} {shown(value)}
    </>
  )
}

function shown(value: JsonValue): Child {
  if (typeof value === 'number') return formatCount(value)
  if (typeof value === 'string') return INSTANT.test(value) ? <Time at={new Date(value)} /> : printable(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return <code>{JSON.stringify(value)}</code>
}
