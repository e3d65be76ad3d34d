// Owns how a command gets at the archive: through the server that holds the data folder, or by itself where none does.
import { openArchive, type Archive } from '../intake/archive.ts'
import { dataFolder, openDataFolder } from '../journal/data-folder.ts'
import type { Segment } from '../journal/port.ts'
import { listSegments } from '../journal/segment.ts'
import { command } from '../http/commander.ts'
import type { Settings } from '../settings/options.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Context } from './command.ts'
import { tasks, type TaskName } from './tasks.ts'

/** What of an archive follows from the settings. */
export const archiveSettings = (settings: Settings) => ({
  segmentBytes: settings['journal.segment.size'],
  syncInterval: settings['journal.sync.interval'],
  floor: (total: number): number => Math.max(settings['disk.floor'].bytes, (total * settings['disk.floor'].percent) / 100),
  consent: settings['consent.policy'],
})

/** The dumps that lie in the data folder, oldest first. Throws where there is none. */
export async function segmentsOf({ settings }: Context): Promise<Segment[]> {
  const { own, path } = dataFolder(settings['data.path'])
  try {
    return await listSegments(own)
  } catch (error) {
    throw new LoklakError('DATA_FOLDER_UNUSABLE', `${path} has no dumps.`, { cause: error })
  }
}

/** Runs something on an archive that is opened for it and closed behind it. */
async function* alone({ settings, err, now }: Context, work: (archive: Archive) => AsyncIterable<object>): AsyncGenerator<object> {
  const held = openDataFolder(settings['data.path'])
  const say = (message: string) => void err.write(`${message}\n`)
  const log = { info: say, warn: say, error: say }
  const onBlocked = (blockage: { detail: string } | null) => say(blockage === null ? 'storing again' : `waiting: ${blockage.detail}`)
  const archive = await openArchive({ folder: held.folder, ...archiveSettings(settings), now, log, onBlocked })
  try {
    yield* work(archive)
  } finally {
    await archive.close()
    held.close()
  }
}

/** Runs a task in the server that holds the data folder, or here where none answers; yields what it tells. */
export async function* runTask(context: Context, name: TaskName, body: object): AsyncGenerator<object> {
  const { socket } = dataFolder(context.settings['data.path'])
  try {
    yield* command(socket, name, body, context.signal)
  } catch (error) {
    const absent = error instanceof LoklakError && error.code === 'SERVER_UNREACHABLE' && error.cause instanceof Error && 'code' in error.cause && (error.cause.code === 'ENOENT' || error.cause.code === 'ECONNREFUSED')
    if (!absent) throw error
    yield* alone(context, (archive) => tasks[name](archive, body, context.signal))
  }
}
