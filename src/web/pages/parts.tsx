import type { FC, PropsWithChildren } from 'hono/jsx'
import type { PassRow } from '../../domain/pass.js'
import type { Session } from '../session.js'
import { Csrf } from './layout.js'
import { Mark } from './marks.js'
import type { Tone } from './words.js'

/** What an empty list means and what to do about it. */
export const Empty: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <div class="empty">
    <h3>{title}</h3>
    {children}
  </div>
)

export const Notice: FC<PropsWithChildren<{ tone: Tone; title: string; role?: 'status' | 'alert' }>> = (props) => (
  <div class={`notice tone-${props.tone}`} role={props.role ?? 'status'}>
    <Mark tone={props.tone} />
    <div>
      <strong>{props.title}</strong>
      <div>{props.children}</div>
    </div>
  </div>
)

/** A part of a page that is brought up to date while the page is open. */
export const Section: FC<PropsWithChildren<{ id: string; title: string; aside?: unknown }>> = (props) => (
  <section id={props.id} aria-labelledby={`${props.id}-title`} data-part>
    <div class="section-head">
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.aside}
    </div>
    {props.children}
  </section>
)

/** A wide table scrolls by itself, with the keyboard too. */
export const Scroll: FC<PropsWithChildren<{ label: string }>> = ({ label, children }) => (
  <div class="scroll" tabindex={0} role="region" aria-label={label}>
    {children}
  </div>
)

/** A button that changes something, as a form of its own. */
export const Act: FC<PropsWithChildren<{ session: Session; action: string; label?: string; kind?: string }>> = (
  props,
) => (
  <form class="act" method="post" action={props.action}>
    <Csrf session={props.session} />
    <button class={props.kind ?? 'secondary'} aria-label={props.label}>
      {props.children}
    </button>
  </form>
)

export function isOperator(session: Session | null): session is Session {
  return session?.role === 'operator'
}

export function schedulePath(id: string, rest = ''): string {
  return `/schedules/${encodeURIComponent(id)}${rest}`
}

/** Where a pass is listed, among those of its kind. */
export function passPath({ kind, id }: Pick<PassRow, 'kind' | 'id'>): string {
  return `/passes?kind=${kind}&before=${id + 1}#pass-${id}`
}
