import type { DoctorLab } from './lab.ts'
import { type FrontOptions, type Rule, startFront } from './front.ts'

/** Configuration of an engine whose way to its tables has a fault. */
export interface Planted {
  /** Configuration file of the engine. Absent: `args` describe the catalog. */
  readonly file?: { readonly name: string; readonly text: string }
  readonly args?: readonly string[]
  /** Files that `args` name, by their names. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Fault that the doctor must name. */
export interface Fault {
  readonly name: string
  /** Public report of the same problem. Null: a fault without a report. */
  readonly report: string | null
  readonly expects: {
    readonly id: string
    readonly layer: string
    readonly status?: 'failed' | 'warning'
    /** Pattern of the remedy: the setting or action that removes the fault. */
    readonly remedy: RegExp
  }
  readonly plant: (ground: Ground) => Promise<Planted> | Planted
}

/** Server and proxies of one fault. */
export interface Ground {
  readonly lab: DoctorLab
  /** Folder of the configuration. */
  readonly folder: string
  /** Starts a front of the catalog with a fault. */
  readonly catalogFront: (rule: Rule, tls?: FrontOptions['tls']) => Promise<string>
  /** Starts a front of the storage with a fault. */
  readonly storageFront: (rule: Rule) => Promise<string>
  /** Starts a front without a server behind. */
  readonly ownServer: (rule: Rule) => Promise<string>
}

/** Opens the ground of one fault. Its fronts are closed together. */
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
