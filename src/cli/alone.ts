// Owns running a task where no server holds the data folder: the archive is opened for it and closed behind it.
import { openArchive } from '../intake/archive.ts'
import { openDataFolder } from '../journal/data-folder.ts'
import type { ArchiveSettings } from './archive.ts'
import type { Context } from './command.ts'
import { tasks, type TaskName } from './tasks.ts'

/** Yields what the task tells. Throws where somebody else holds the folder. */
export async function* runAlone({ settings, err, now, signal }: Context, keeping: ArchiveSettings, name: TaskName, body: object): AsyncGenerator<object> {
  const held = openDataFolder(settings['data.path'])
  const say = (message: string) => void err.write(`${message}\n`)
  const log = { info: say, warn: say, error: say }
  const onBlocked = (blockage: { detail: string } | null) => say(blockage === null ? 'storing again' : `waiting: ${blockage.detail}`)
  try {
    const archive = await openArchive({ folder: held.folder, ...keeping, now, log, onBlocked, signal })
    try {
      yield* tasks[name](archive, body, signal)
    } finally {
      await archive.close()
    }
  } finally {
    held.close()
  }
}
