import { stringify, type JsonObject } from '@headgate/json'
import { operation, type Operation, type OperationId } from '../model/operations.ts'
import { arrowUpload, wholeBody, type Upload } from './arrow/upload.ts'
import type { ArrowData } from './arrow/arrow-data.ts'
import type { CallOptions } from './call-options.ts'
import type { BufferedResponse } from '@headgate/http'
import { sendCall } from './http/send-call.ts'
import { bodyContext, contextHeaders, type WithContext } from './request-context.ts'
import { requestUrl, type Members } from './request-url.ts'
import type { Session } from './session.ts'

export interface Call extends CallOptions {
  /** For operations that take Arrow IPC. */
  readonly data?: ArrowData | undefined
  /** The answer is not read, but handed on. */
  readonly streams?: boolean
}

const ARROW_STREAM = 'application/vnd.apache.arrow.stream'
const ARROW_ANSWER = `application/vnd.apache.arrow.file, ${ARROW_STREAM};q=0.9, application/json;q=0.5`

/** Calls an operation: the answer is a success, and not looked at yet. */
export async function call(
  session: Session,
  id: OperationId,
  request: WithContext & object,
  { data, streams = false, delimiter = session.delimiter, signal, timeoutMs, maxRetries }: Call = {},
): Promise<BufferedResponse> {
  const how = operation(id)
  const members = request as Members
  const upload = uploadOf(how, request, members, data)
  const type = how.body === 'arrow' ? ARROW_STREAM : 'application/json'
  return await sendCall(session.http, {
    operation: id,
    method: how.method,
    url: requestUrl(session.uri, how, members, delimiter),
    headers: [
      ['accept', how.answer === 'arrow' ? ARROW_ANSWER : 'application/json'],
      ...(upload.body === null ? [] : ([['content-type', type]] as const)),
    ],
    context: contextHeaders(request),
    upload,
    repeatable: how.effect === 'reads',
    streams,
    timeoutMs,
    maxRetries,
    signal,
  })
}

function uploadOf(
  { body }: Operation,
  { context }: WithContext,
  { identity: _, ...members }: Members,
  data: ArrowData | undefined,
): Upload {
  switch (body) {
    case 'arrow':
      return arrowUpload(data ?? new Uint8Array())
    case 'json':
      return jsonBody({ ...members, context: bodyContext(context) })
    case 'map':
      return jsonBody(members['metadata'] ?? {})
    default:
      return wholeBody(null)
  }
}

const jsonBody = (value: object): Upload =>
  wholeBody(new TextEncoder().encode(stringify(value as JsonObject)))
