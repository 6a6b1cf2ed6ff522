import type { Diagnosis, Finding, Severity } from '../doctor/finding.js'
import type { GlyphName } from './glyphs.js'
import { padEnd, plural, wrap } from './text.js'
import type { Paint, Theme } from './theme.js'

const LOOKS: Record<Severity, { glyph: GlyphName; color: 'green' | 'cyan' | 'yellow' | 'red' }> = {
  ok: { glyph: 'success', color: 'green' },
  note: { glyph: 'separator', color: 'cyan' },
  warning: { glyph: 'warning', color: 'yellow' },
  problem: { glyph: 'failure', color: 'red' },
}
const WIDEST_TEXT = 110

/** One line per finding, with what it is about and the next action below it. */
export function renderDiagnosis({ findings, unchecked }: Diagnosis, theme: Theme): string {
  const nameWidth = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap((each, index) => {
    const isRepeated = findings[index - 1]?.check === each.check
    return linesOf(each, isRepeated ? '' : each.check, nameWidth, theme)
  })
  const skipped = unchecked.length === 0 ? [] : [theme.dim(`not checked: ${unchecked.join(', ')}`)]
  return `${[...lines, '', ...skipped, verdictOf(findings, unchecked.length > 0, theme)].join('\n')}\n`
}

function linesOf(
  { severity, message, details, fix }: Finding,
  name: string,
  nameWidth: number,
  theme: Theme,
): string[] {
  const { glyph, color } = LOOKS[severity]
  const indent = ' '.repeat(nameWidth + 4)
  const width = Math.min(Math.max(theme.columns - indent.length, 30), WIDEST_TEXT)
  const below = (text: string, hanging: number, paint: Paint): string[] =>
    wrap(text, width - hanging).map((line, index) => indent + ' '.repeat(index === 0 ? 0 : hanging) + paint(line))
  const [first = '', ...rest] = wrap(message, width)
  const plain: Paint = severity === 'ok' || severity === 'note' ? (text) => text : theme[color]
  const arrow = theme.glyph('arrow')
  return [
    `${theme[color](theme.glyph(glyph))} ${theme.bold(padEnd(name, nameWidth))}  ${plain(first)}`,
    ...rest.map((line) => indent + plain(line)),
    ...details.flatMap((detail) => below(detail, 2, theme.dim)),
    ...(fix === null ? [] : below(`${arrow} ${fix}`, arrow.length + 1, theme.cyan)),
  ]
}

function verdictOf(findings: readonly Finding[], isPartial: boolean, theme: Theme): string {
  const count = (severity: Severity): number => findings.filter((each) => each.severity === severity).length
  const [problems, warnings] = [count('problem'), count('warning')]
  const parts = [
    ...(problems > 0 ? [theme.red(plural(problems, 'problem'))] : []),
    ...(warnings > 0 ? [theme.yellow(plural(warnings, 'warning'))] : []),
  ]
  return parts.length === 0 ? theme.green(isPartial ? 'nothing is wrong so far' : 'all is well') : parts.join(', ')
}
