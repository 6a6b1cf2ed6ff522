/** What a person may do: viewers look, operators also request, cancel, pause, resume and backfill. */
export const ROLES = ['viewer', 'operator'] as const
export type Role = (typeof ROLES)[number]

export function isRole(value: unknown): value is Role {
  return ROLES.includes(value as Role)
}
