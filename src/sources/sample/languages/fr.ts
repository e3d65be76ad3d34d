// Owns what the generator knows of French.
import { place, words, type Language } from '../language.ts'

export const french: Language = {
  code: 'fr',
  share: 0.05,
  peak: 19,
  particles: words(`
    de la le et les des en à je pas que un est pour une du qui dans sur on ça plus ce il avec au se vous mais tout y c'est
    sont bien comme même fait par j'ai nous ils suis faire moi très quand aussi encore`),
  topics: words(`
    jour rien toujours ont cette être était merci vie temps monde soir matin nuit travail musique livre film café plage
    pluie ville rue école famille amis repas pain football match histoire langue science montagne forêt rivière mer chat
    chien oiseau jardin voyage train vélo fenêtre cuisine marché musée théâtre photo actualité hiver été cœur rêve lumière
    mot poème fête dimanche pont île ordinateur climat énergie météo bibliothèque recette vacances samedi printemps`),
  syllables: words('tion ment ra re le man ville mont bel cha pois son tier beau roy lan gue vin dou fer tou lou gny ron che mar'),
  space: ' ',
  comma: ',',
  stops: ['.', '.', ' !', ' ?', '…'],
  isCased: true,
  given: words('Alice Bruno Chloé Denis Élise Félix Inès Jules Léa Marius Noémie Oscar Rémi Zoé'),
  family: words('Bernard Dubois Durand Fournier Laurent Leroy Martin Moreau Petit Roux'),
  isFamilyFirst: false,
  places: [
    place('Paris', 'France', 'FR', 2.3522, 48.8566), place('Montréal', 'Canada', 'CA', -73.5674, 45.5019),
    place('Dakar', 'Senegal', 'SN', -17.4677, 14.7167),
  ],
}
