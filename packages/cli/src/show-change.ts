import type { DecodedResponse } from './connection/response.ts'
import type { Changed } from './management/generated/schemas.ts'
import type { Output } from './output/output.ts'
import { visible } from './output/visible.ts'

/** Prints the state of an object after a request, and whether the request changed this state. */
export function showChange(out: Output, response: DecodedResponse<Changed>, state: string): void {
  out.result(response, () => visible(response.body.changed ? `${state}.` : `${state} (unchanged).`))
}
