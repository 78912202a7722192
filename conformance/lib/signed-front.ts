import { join } from 'node:path'
import { lineMatching } from './line-matching.ts'
import type { ProcessKeeper } from './process-keeper.ts'

/** Keys that the proxy knows, and the region and service that a signature must contain. */
export const frontKeys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'eu-central-1',
  service: 'execute-api',
} as const

/** A proxy in front of a server, which accepts only requests with the signature that botocore would compute. */
export interface Front {
  readonly url: string
  /** Returns the accepted requests since the previous call, and the reasons why other requests were refused. */
  take(): { readonly signed: readonly string[]; readonly refused: readonly string[] }
}

export interface FrontOptions {
  readonly upstream: string
  /** Path of a Python with botocore. */
  readonly python: string
  readonly folder: string
  /** Service that a signature must contain. Default: that of `frontKeys`. */
  readonly service?: string
  /** True: the server receives the signature and the host, and verifies the signature too. */
  readonly forwardsSignature?: boolean
}

export async function startFront(
  keeper: ProcessKeeper,
  name: string,
  { upstream, python, folder, service = frontKeys.service, forwardsSignature = false }: FrontOptions,
): Promise<Front> {
  const { accessKeyId, secretAccessKey, region } = frontKeys
  let signed: string[] = []
  let refused: string[] = []
  const port = await lineMatching(
    keeper,
    {
      name,
      command: python,
      args: [
        '-u',
        join(import.meta.dirname, 'signed-front.py'),
        upstream,
        accessKeyId,
        secretAccessKey,
        region,
        service,
        ...(forwardsSignature ? ['signed'] : []),
      ],
      log: join(folder, `${name}.log`),
    },
    /^@@port (\d+)$/,
    (line) => {
      const [, kind, text = ''] = /^@@(signed|refused) (.*)$/.exec(line) ?? []
      if (kind === 'signed') signed.push(text)
      if (kind === 'refused') refused.push(text)
    },
  )
  return {
    url: `http://127.0.0.1:${port}`,
    take: () => {
      const taken = { signed, refused }
      signed = []
      refused = []
      return taken
    },
  }
}
