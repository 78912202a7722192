import { join } from 'node:path'
import { lineMatching } from './line-matching.ts'
import type { ProcessKeeper } from './process-keeper.ts'

/** Access keys that the proxy accepts, and the region and service for which requests must be signed. */
export const frontKeys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'eu-central-1',
  service: 'execute-api',
} as const

/** Proxy in front of a server that accepts only requests whose signature equals the one that botocore computes. */
export interface Front {
  readonly url: string
  /**
   * Returns the requests that the proxy has accepted since the previous call, and the reasons for which it has refused
   * others.
   */
  take(): { readonly signed: readonly string[]; readonly refused: readonly string[] }
}

export interface FrontOptions {
  readonly upstream: string
  /** Path of a Python interpreter with botocore. */
  readonly python: string
  readonly folder: string
  /** Service for which requests must be signed. Default: the service in `frontKeys`. */
  readonly service?: string
  /** Whether the proxy forwards the signature and the original host, so that the server verifies the signature, too. */
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
