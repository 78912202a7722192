import { HeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'
import { replaceMethods } from './replace-methods.ts'

type Written = ReturnType<Storage['put']>

/** Faults that a test injects into a storage. */
export interface StorageFaults {
  /** Called in place of each write. It can run the write, delay it or fail. */
  put?: (write: () => Written) => Written
  /** When true, reads and health checks fail. */
  down?: boolean
}

/** Wraps a storage with `faults`, which a test may change at any time. */
export function faultyStorage(storage: Storage, faults: StorageFaults): Storage {
  const up = (): void => {
    if (faults.down === true) throw new HeadgateError('unavailable', 'The object store cannot be reached.')
  }
  return replaceMethods(storage, {
    put: (...request) => (faults.put ?? ((write) => write()))(() => storage.put(...request)),
    async getBytes(...request) {
      up()
      return storage.getBytes(...request)
    },
    async check(signal) {
      up()
      return storage.check(signal)
    },
  })
}
