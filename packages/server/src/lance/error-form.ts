import type { HeadgateError } from '@headgate/errors'
import { stringify } from '@headgate/json'
import type { ErrorForm } from '../operation/error-form.ts'

/**
 * Error body of the Lance Namespace specification (`ErrorResponse`). Clients decide only by its numeric code, so every
 * error below the path of this API has this form, also those of unknown paths and of the authentication.
 */
export const lanceErrorForm: ErrorForm = {
  matches: (path) => path === '/lance' || path.startsWith('/lance/'),
  encode: ({ kind, message }: HeadgateError, requestId: string) =>
    stringify({ code: kind.lance, error: message, instance: requestId }),
}
