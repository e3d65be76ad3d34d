// Owns what the generator knows of German.
import { place, words, type Language } from '../language.ts'

export const german: Language = {
  code: 'de',
  share: 0.07,
  peak: 18,
  particles: words(`
    die der und ich das in ist nicht es zu den mit ein auf so von auch für eine wir sie was im noch dass hat aber wie man
    bei mal nur war aus ja wenn nach schon dem heute jetzt oder alle sind kann mich mir sich einen mehr hier doch immer
    gut wird`),
  topics: words(`
    Tag Zeit Menschen Leben Welt Abend morgen Nacht Arbeit Musik Buch Film Kaffee Regen Stadt Straße Schule Familie
    Freunde Essen Brot Fußball Spiel Geschichte Sprache Wissenschaft Berge Wald Fluss Meer Katze Hund Vogel Garten Reise
    Bahn Fahrrad Fenster Küche Markt Museum Theater Foto Nachrichten Winter Sommer Herz Traum Licht Wort Gedicht Fest
    Sonntag Brücke Insel Rechner Klima Energie Wetter Bücherei Rezept Urlaub Zug Wochenende Frühling Grüße`),
  syllables: words('ung heit ver be ge ter lich keit auf schaft bahn hof burg stein berg dorf wald bach feld haus kraft werk mann ber le ner zeit'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', '.', '!', '?', '…'],
  isCased: true,
  given: words('Anna Bernd Clara Dirk Eva Fritz Greta Hans Ida Jonas Klara Lukas Mia Oskar'),
  family: words('Becker Fischer Hoffmann Koch Müller Richter Schäfer Schmidt Weber Wolf'),
  isFamilyFirst: false,
  places: [
    place('Berlin', 'Germany', 'DE', 13.405, 52.52), place('Ulm', 'Germany', 'DE', 9.9876, 48.4011),
    place('Wien', 'Austria', 'AT', 16.3738, 48.2082), place('Zürich', 'Switzerland', 'CH', 8.5417, 47.3769),
  ],
}
