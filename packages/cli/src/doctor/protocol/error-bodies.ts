import { randomUUID } from 'node:crypto'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeResponse, readErrorBody } from '../http/describe-response.ts'
import { rawRequest } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'

/**
 * Loads a table that does not exist, and checks the status and the error body of the response (Iceberg REST
 * specification, `ErrorModel`). Engines do this before each CREATE TABLE.
 */
export async function checkErrorBodies(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { settings, learned, traits } = context
  const { prefix } = learned.catalog?.config ?? { prefix: null }
  const name = `headgate_doctor_${randomUUID().replaceAll('-', '')}`
  const url = `${settings.uri}/v1/${prefix === null ? '' : `${prefix}/`}namespaces/${name}/tables/${name}`
  const response = await rawRequest(context, { method: 'GET', url, auth: learned.auth })
  const evidence = `A table that does not exist: ${describeResponse(response)}`
  if (response.status === 403) {
    return [
      warning('missing-told-as-forbidden', {
        evidence: `${evidence}. Engines expect 404, and fail in CREATE TABLE and IF NOT EXISTS.`,
        remedy:
          'Let the catalog answer 404 NoSuchTableException or NoSuchNamespaceException, also to callers without rights on the name.',
        report: reports.forbiddenMissing,
      }),
    ]
  }
  if (response.status !== 404) return []
  const { message, type, code } = readErrorBody(response)
  const isModel =
    message !== undefined && type !== undefined && typeof code === 'number' && hasError(response.json)
  if (isModel) return []
  const create = traits.needsErrorBodies ? failed : warning
  return [
    create('error-body', {
      evidence: `${evidence}. The body is not {"error":{"message":text,"type":text,"code":number}}: ${response.text.slice(0, 200) || 'empty'}`,
      remedy: `Let the catalog, or the proxy in front of it, send error bodies of the specification. ${
        traits.needsErrorBodies
          ? `${traits.label} cannot read this one, so it reports other errors than the catalog.`
          : ''
      }`.trim(),
      report: reports.errorBodies,
    }),
  ]
}

function hasError(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'error' in json && typeof json.error === 'object'
}
