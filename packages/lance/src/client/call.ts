import { stringify, type JsonObject } from '@headgate/json'
import { operation, type Operation, type OperationId } from '../model/operations.ts'
import { arrowUpload, bufferedUpload, type Upload } from './arrow/upload.ts'
import type { ArrowData } from './arrow/arrow-data.ts'
import type { CallOptions } from './call-options.ts'
import type { BufferedResponse } from '@headgate/http'
import { sendCall } from './http/send-call.ts'
import { bodyContext, contextHeaders, type WithContext } from './request-context.ts'
import { requestUrl, type Members } from './request-url.ts'
import type { Session } from './session.ts'

export interface Call extends CallOptions {
  /** Rows to upload, for operations whose request body is an Arrow IPC stream. */
  readonly data?: ArrowData | undefined
  /** Whether the body of the response is returned as a stream. Default: false. */
  readonly streams?: boolean
}

const ARROW_STREAM = 'application/vnd.apache.arrow.stream'
const ACCEPTED_ARROW = `application/vnd.apache.arrow.file, ${ARROW_STREAM};q=0.9, application/json;q=0.5`

/** Calls an operation and returns its response, which has a 2xx status and is not decoded yet. */
export async function call(
  session: Session,
  id: OperationId,
  request: WithContext & object,
  { data, streams = false, delimiter = session.delimiter, signal, timeoutMs, maxRetries }: Call = {},
): Promise<BufferedResponse> {
  const called = operation(id)
  const members = request as Members
  const upload = createUpload(called, request, members, data)
  const type = called.body === 'arrow' ? ARROW_STREAM : 'application/json'
  return await sendCall(session.http, {
    operation: id,
    method: called.method,
    url: requestUrl(session.uri, called, members, delimiter),
    headers: [
      ['accept', called.answer === 'arrow' ? ACCEPTED_ARROW : 'application/json'],
      ...(upload.body === null ? [] : ([['content-type', type]] as const)),
    ],
    context: contextHeaders(request),
    upload,
    repeatable: called.effect === 'reads',
    streams,
    timeoutMs,
    maxRetries,
    signal,
  })
}

function createUpload(
  { body }: Operation,
  { context }: WithContext,
  { identity: _, ...members }: Members,
  data: ArrowData | undefined,
): Upload {
  switch (body) {
    case 'arrow':
      return arrowUpload(data ?? new Uint8Array())
    case 'json':
      return jsonUpload({ ...members, context: bodyContext(context) })
    case 'map':
      return jsonUpload(members['metadata'] ?? {})
    default:
      return bufferedUpload(null)
  }
}

const jsonUpload = (value: object): Upload =>
  bufferedUpload(new TextEncoder().encode(stringify(value as JsonObject)))
