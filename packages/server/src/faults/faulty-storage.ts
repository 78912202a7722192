import { HeadgateError } from '@headgate/errors'
import type { Storage } from '../storage/storage.ts'
import { replaceMethods } from './replace-methods.ts'

type Written = ReturnType<Storage['put']>

/** What a storage does at the moment. */
export interface StorageFaults {
  /** In place of a write. */
  put?: (write: () => Written) => Written
  /** Reads and checks fail. */
  down?: boolean
}

/** A storage that works but for `faults`, which may be changed at any time. */
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
