import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import type { Engine, EngineSettings } from '../lib/engine.ts'
import { steps, type JavaScriptClient } from './steps.ts'

/**
 * Connects the AWS SDK for JavaScript, in this process, to the storage of the catalog. Its configuration contains only
 * values from the catalog.
 */
export async function startJavaScript({ access }: EngineSettings): Promise<Engine> {
  const { auth } = access
  if (auth.kind === 'access-key') throw new Error('this client cannot sign its requests to the catalog')
  const headers = { ...(await authorizationHeaders(auth)), 'content-type': 'application/json' }
  const query = access.warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(access.warehouse)}`
  const ask: JavaScriptClient['ask'] = async (method, path, { body, asking = true } = {}) => {
    const response = await fetch(`${access.uri}/v1/${path}`, {
      method,
      headers: { ...headers, ...(asking ? { 'x-iceberg-access-delegation': 'vended-credentials' } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
    return text === '' ? null : (JSON.parse(text) as unknown)
  }
  const config = (await ask('GET', `config${query}`)) as { overrides?: { prefix?: string } }
  const prefix = config.overrides?.prefix
  const client: JavaScriptClient = { ask, root: prefix === undefined ? '' : `${encodeURIComponent(prefix)}/` }
  return {
    name: 'javascript',
    version: `on Node.js ${process.versions.node}`,
    sql: () => Promise.reject(new Error('JavaScript can run only steps that are functions')),
    call: async (name, args) => {
      const step = steps[name]
      if (!step) throw new Error(`steps.ts has no step ${name}`)
      const { ns } = args
      if (typeof ns !== 'string') throw new Error('a JavaScript step needs the argument namespace')
      await step(client, ns)
      return null
    },
    stop: () => Promise.resolve(),
  }
}
