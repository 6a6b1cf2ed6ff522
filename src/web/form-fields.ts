import type { Context } from 'hono'
import { HttpError } from './http-error.js'

/** The fields of a form that was posted; 400 where the body is not what its Content-Type says. */
export async function formFields(context: Context): Promise<Record<string, string | File>> {
  try {
    return await context.req.parseBody()
  } catch {
    throw new HttpError(400, 'INVALID_PARAMETER', 'the form cannot be read: its body is not what its Content-Type says')
  }
}
