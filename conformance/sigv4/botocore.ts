import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { Case } from './random-request.ts'

const script = fileURLToPath(new URL('sign.py', import.meta.url))

/** Request that botocore has signed. */
export interface BotoSigned {
  readonly url: string
  /** Headers of the signed request, with names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
}

export interface Botocore {
  sign(
    aCase: Case,
    url: string,
    form: 'header' | 'query',
    headers: readonly (readonly [string, string])[],
  ): Promise<BotoSigned>
}

/** Starts a Python process that signs requests with botocore. The process ends when its keeper is disposed of. */
export function startBotocore(keeper: ProcessKeeper, python: string, folder: string): Botocore {
  const waiting: PromiseWithResolvers<BotoSigned>[] = []
  const child = keeper.start({
    name: 'botocore',
    command: python,
    args: [script],
    log: join(folder, 'botocore.log'),
    onLine: (line) => waiting.shift()?.resolve(JSON.parse(line) as BotoSigned),
  })
  const rejectAll = async (): Promise<void> => {
    await child.exited
    for (const each of waiting) each.reject(new Error(`botocore ended; see ${child.log}`))
  }
  void rejectAll()
  return {
    sign: async (aCase, url, form, headers) => {
      const { request, service, region, accessKeyId, secretAccessKey, sessionToken, time, expires } = aCase
      const response = Promise.withResolvers<BotoSigned>()
      waiting.push(response)
      const body = request.body === null ? null : Buffer.from(request.body).toString('base64')
      const whole = {
        method: request.method,
        url,
        headers,
        body,
        form,
        service,
        region,
        accessKeyId,
        secretAccessKey,
        sessionToken,
        time,
        expires,
      }
      child.stdin.write(`${JSON.stringify(whole)}\n`)
      return await response.promise
    },
  }
}
