import { demand, notApplicable } from '../../lib/outcome.ts'
import type { Check } from '../check.ts'
import { specification } from '../specification.ts'
import { errorCode } from '../wire.ts'

/**
 * Checks of all operations, one for each: the server reports a missing object, or refuses the request, with an error
 * code of the specification.
 */
export const operationChecks: readonly Check[] = specification
  .filter(({ id }) => id !== 'ListAllTables')
  .map(({ id, hasJsonBody }) => ({
    name: id,
    about: `${id} on a missing object has the error body of the specification`,
    async run({ wire, name }) {
      const { status, json } = await wire(id, {
        id: `${name()}$missing`,
        ...(hasJsonBody ? { body: {} } : {}),
      })
      const code = errorCode(json)
      demand(status >= 400 && status < 500, `the status is ${status}: ${JSON.stringify(json)}`)
      demand(code !== null && code >= 0 && code <= 23, `the body is ${JSON.stringify(json)}`)
      if (code === 0) return notApplicable('the server does not support the operation')
      return undefined
    },
  }))
