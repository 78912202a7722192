import type { DoctorLab } from './lab.ts'
import { type FrontOptions, type Rule, startFront } from './front.ts'

/** Arguments, files and environment of `headgate doctor` for an engine configuration in which one fault was planted. */
export interface Planted {
  /** Configuration file of the engine. If absent, the options in `args` describe the catalog. */
  readonly file?: { readonly name: string; readonly text: string }
  readonly args?: readonly string[]
  /** Texts of the files that `args` name, keyed by file name. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Fault that `headgate doctor` must find. */
export interface Fault {
  readonly name: string
  /** URL of a public report of the same problem, or null if none is known. */
  readonly report: string | null
  readonly expects: {
    readonly id: string
    readonly layer: string
    readonly status?: 'failed' | 'warning'
    /** Pattern that matches the remedy in the report: the setting or action that removes the fault. */
    readonly remedy: RegExp
  }
  readonly plant: (ground: Ground) => Promise<Planted> | Planted
}

/** Environment of one fault: the lab with its server, and functions that start the proxies and servers which cause it. */
export interface Ground {
  readonly lab: DoctorLab
  /** Folder for the configuration files. */
  readonly folder: string
  /** Starts a proxy in front of the catalog that injects a fault. Returns its URL. */
  readonly catalogFront: (rule: Rule, tls?: FrontOptions['tls']) => Promise<string>
  /** Starts a proxy in front of the storage that injects a fault. Returns its URL. */
  readonly storageFront: (rule: Rule) => Promise<string>
  /** Starts a server that answers all requests by a rule, without a server behind it. Returns its URL. */
  readonly ownServer: (rule: Rule) => Promise<string>
}

/** Opens the environment of one fault. Disposing of it closes all proxies that were started. */
export function openGround(lab: DoctorLab, folder: string): Ground & AsyncDisposable {
  const stack = new AsyncDisposableStack()
  const open = async (options: FrontOptions): Promise<string> => stack.use(await startFront(options)).url
  return {
    lab,
    folder,
    catalogFront: (rule, tls) => open({ target: lab.uri, rule, ...(tls === undefined ? {} : { tls }) }),
    storageFront: (rule) => open({ target: lab.s3Url, rule }),
    ownServer: (rule) => open({ target: lab.uri, rule }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
