#include "services/gig_catalog/domain/templates.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

namespace milepost::gig_catalog {
namespace {

// clang-format off
constexpr MilestoneTemplate kTemplates[] = {
    {"3d-product-animation-film", "3d-product-animation",
     {"Product film", "Produktfilm"},
     {"From the briefing to the finished film, with a storyboard, still images and a preview in between.",
      "Vom Briefing bis zum fertigen Film, mit Storyboard, Standbildern und einer Vorschau."},
     {{{"Briefing and storyboard", "Briefing und Storyboard"},
       {"In a video call we talk about your product, your audience and the message of the film. You receive a storyboard "
        "that shows each scene with its camera movement and its text.",
        "In einem Videogespräch klären wir, was Ihr Produkt ausmacht, wen der Film erreichen soll und was er sagt. Sie "
        "erhalten ein Storyboard, das jede Szene mit Kamerafahrt und Text zeigt."},
       true, 1500,
       {{"Collect CAD data, pictures and brand guidelines", "CAD-Daten, Bilder und Markenrichtlinien zusammentragen"},
        {"Video call about goals and style", "Videogespräch über Ziele und Stil"},
        {"Storyboard of all scenes", "Storyboard aller Szenen"}}},
      {{"3D model and materials", "3D-Modell und Materialien"},
       {"Your product is modelled to scale, with its real surfaces, colours and labels. You receive still images and "
        "approve the look before anything moves.",
        "Ihr Produkt wird maßstabsgetreu modelliert, mit seinen echten Oberflächen, Farben und Beschriftungen. Sie "
        "erhalten Standbilder und geben das Aussehen frei, bevor sich etwas bewegt."},
       false, 3000,
       {{"Model to scale", "Maßstabsgetreues Modell"},
        {"Materials, colours and labels", "Materialien, Farben und Beschriftungen"},
        {"Still images from at least three sides", "Standbilder von mindestens drei Seiten"}}},
      {{"Animation preview", "Vorschau der Animation"},
       {"You receive the whole film in low resolution, with camera, timing and cuts. This is the time for changes of the "
        "sequence: after it the film is rendered.",
        "Sie erhalten den ganzen Film in niedriger Auflösung, mit Kamera, Timing und Schnitten. Jetzt lässt sich der "
        "Ablauf noch ändern: Danach wird der Film gerendert."},
       false, 2500,
       {{"Movement and camera", "Bewegung und Kamera"},
        {"Timing to music or voice-over", "Timing zu Musik oder Sprecher"}}},
      {{"Final film", "Fertiger Film"},
       {"The film is rendered in full resolution with light, sound and titles. You receive the master and the formats that "
        "your channels need.",
        "Der Film wird in voller Auflösung mit Licht, Ton und Titeln gerendert. Sie erhalten den Master und die Formate, "
        "die Ihre Kanäle brauchen."},
       false, 3000,
       {{"Rendering in full resolution", "Rendering in voller Auflösung"},
        {"Sound and titles", "Ton und Titel"},
        {"Export for all agreed channels", "Export für alle vereinbarten Kanäle"}}}}},
    {"3d-product-animation-turntable", "3d-product-animation",
     {"Turntable and close-ups", "Rundumansicht und Nahaufnahmen"},
     {"Short clips for a shop or a product page, in three steps.",
      "Kurze Clips für einen Shop oder eine Produktseite, in drei Schritten."},
     {{{"Material and look", "Material und Look"},
       {"In a video call we choose the views, the background and the details that matter. You receive a list of shots and "
        "a reference image for the look.",
        "In einem Videogespräch wählen wir Ansichten, Hintergrund und wichtige Details aus. Sie erhalten eine Liste der "
        "Einstellungen und ein Referenzbild für den Look."},
       true, 2500,
       {{"Video call about views and details", "Videogespräch über Ansichten und Details"},
        {"List of shots", "Liste der Einstellungen"}}},
      {{"Model and light", "Modell und Licht"},
       {"Your product is modelled and lit. You receive one finished image of each view to approve.",
        "Ihr Produkt wird modelliert und ausgeleuchtet. Sie erhalten von jeder Ansicht ein fertiges Bild zur Freigabe."},
       false, 3500,
       {{"3D model with materials", "3D-Modell mit Materialien"},
        {"One image of each view", "Ein Bild jeder Ansicht"}}},
      {{"Rendered clips", "Gerenderte Clips"},
       {"You receive the turntable and the close-ups as looping clips, in the sizes and formats that we agreed on.",
        "Sie erhalten die Rundumansicht und die Nahaufnahmen als Endlosclips, in den vereinbarten Größen und Formaten."},
       false, 4000,
       {{"Turntable as a seamless loop", "Rundumansicht als nahtlose Schleife"},
        {"Close-ups of the details", "Nahaufnahmen der Details"}}}}},

    {"business-plans-classic", "business-plans",
     {"Complete business plan", "Vollständiger Businessplan"},
     {"Market, strategy and numbers one after the other, for a bank or a funding agency.",
      "Markt, Strategie und Zahlen nacheinander, für Banken und Förderstellen."},
     {{{"Kick-off and market research", "Auftakt und Marktanalyse"},
       {"In a video call you explain your idea and your goals. You receive an analysis of your market: who buys, what they "
        "pay, who else is there, with sources.",
        "In einem Videogespräch erläutern Sie Ihre Idee und Ihre Ziele. Sie erhalten eine Analyse Ihres Marktes mit "
        "Quellenangaben: Kunden, Preise und Wettbewerb."},
       true, 2500,
       {{"Video call about idea and goals", "Videogespräch über Idee und Ziele"},
        {"Market size and customers", "Marktgröße und Kunden"},
        {"Competitors compared", "Vergleich der Wettbewerber"}}},
      {{"Business model and strategy", "Geschäftsmodell und Strategie"},
       {"You receive the chapters on offer, pricing, marketing, sales, organisation and risks as a draft for your comments.",
        "Sie erhalten die Kapitel zu Angebot, Preisen, Marketing, Vertrieb, Organisation und Risiken als Entwurf für Ihre "
        "Anmerkungen."},
       false, 2000,
       {{"Offer and pricing", "Angebot und Preise"},
        {"Marketing and sales", "Marketing und Vertrieb"},
        {"Organisation and risks", "Organisation und Risiken"}}},
      {{"Financial plan", "Finanzplan"},
       {"You receive a spreadsheet with three years by month: revenue, costs, staff, investments, cash and the capital that "
        "you need. You can change each assumption yourself.",
        "Sie erhalten eine Tabelle mit drei Jahren auf Monatsbasis: Umsatz, Kosten, Personal, Investitionen, Liquidität und "
        "Kapitalbedarf. Jede Annahme können Sie selbst ändern."},
       false, 3000,
       {{"Assumptions agreed with you", "Mit Ihnen abgestimmte Annahmen"},
        {"Profit and loss, cash flow, balance sheet", "Gewinn und Verlust, Liquidität, Bilanz"},
        {"Best and worst case", "Bester und schlechtester Fall"}}},
      {{"Complete plan with summary", "Vollständiger Plan mit Zusammenfassung"},
       {"All chapters come together in one document in your design, with a summary on one page, checked for consistency. "
        "You receive it as a PDF and as an editable file.",
        "Alle Kapitel werden in einem Dokument in Ihrem Design zusammengeführt und auf Stimmigkeit geprüft, mit einer "
        "Zusammenfassung auf einer Seite. Sie erhalten es als PDF und als bearbeitbare Datei."},
       false, 2500,
       {{"Summary on one page", "Zusammenfassung auf einer Seite"},
        {"Layout and proofreading", "Layout und Korrektorat"}}}}},
    {"business-plans-investors", "business-plans",
     {"Plan and pitch deck for investors", "Plan und Pitch-Deck für Investoren"},
     {"For founders who look for equity: a model that stands up to questions, and a deck that tells the story.",
      "Für Gründer, die Eigenkapital suchen: ein Modell, das Nachfragen standhält, und ein Deck, das überzeugt."},
     {{{"Interview and outline", "Interview und Gliederung"},
       {"In a video call we work out your story: problem, solution, team and the round that you plan. You receive the "
        "outline of plan and deck.",
        "In einem Videogespräch arbeiten wir Ihre Geschichte heraus: Problem, Lösung, Team und die geplante "
        "Finanzierungsrunde. Sie erhalten die Gliederung von Plan und Deck."},
       true, 1500,
       {{"Video call with the founders", "Videogespräch mit den Gründern"},
        {"Outline of plan and deck", "Gliederung von Plan und Deck"}}},
      {{"Market and competition", "Markt und Wettbewerb"},
       {"You receive the size of your market, top-down and bottom-up, the competitors and what sets you apart, with sources.",
        "Sie erhalten die Größe Ihres Marktes, top-down und bottom-up gerechnet, die Wettbewerber und Ihre "
        "Alleinstellungsmerkmale, mit Quellenangaben."},
       false, 2000,
       {{"Market size top-down and bottom-up", "Marktgröße top-down und bottom-up"},
        {"Competition and positioning", "Wettbewerb und Positionierung"}}},
      {{"Financial model", "Finanzmodell"},
       {"You receive a spreadsheet with five years, unit economics, the use of funds and scenarios.",
        "Sie erhalten eine Tabelle mit fünf Jahren, Stückkosten und Deckungsbeiträgen, Mittelverwendung und Szenarien."},
       false, 3000,
       {{"Revenue and unit economics", "Umsatz und Deckungsbeiträge"},
        {"Use of funds and runway", "Mittelverwendung und Liquiditätsreichweite"},
        {"Scenarios", "Szenarien"}}},
      {{"Business plan", "Businessplan"},
       {"You receive the complete plan as a document that investors can read without you.",
        "Sie erhalten den vollständigen Plan als Dokument, das Investoren auch ohne Sie verstehen."},
       false, 2000,
       {{"All chapters written", "Alle Kapitel ausgearbeitet"},
        {"Proofreading", "Korrektorat"}}},
      {{"Pitch deck and rehearsal", "Pitch-Deck und Probe"},
       {"You receive a deck of 12 to 15 slides. In a video call we rehearse your pitch and the questions that will come.",
        "Sie erhalten ein Deck mit 12 bis 15 Folien. In einem Videogespräch proben wir Ihren Pitch und die Fragen, die "
        "kommen werden."},
       true, 1500,
       {{"Deck of 12 to 15 slides", "Deck mit 12 bis 15 Folien"},
        {"Rehearsal in a video call", "Probe im Videogespräch"}}}}},

    {"desktop-applications-extension", "desktop-applications",
     {"Extension of an application", "Erweiterung einer Anwendung"},
     {"For new functions in an application that exists: first the code is read, then it is changed.",
      "Für neue Funktionen in einer bestehenden Anwendung: erst den Code lesen, dann ändern."},
     {{{"Code review and concept", "Code-Durchsicht und Konzept"},
       {"I read your code and build it. In a video call we agree on what the new functions do. You receive a short concept "
        "with screens, effects on existing data and risks.",
        "Ich sehe Ihren Code durch und kompiliere ihn. In einem Videogespräch legen wir fest, was die neuen Funktionen leisten. "
        "Sie erhalten ein kurzes Konzept mit Masken, Auswirkungen auf vorhandene Daten und Risiken."},
       true, 2000,
       {{"The application builds on my machine", "Die Anwendung lässt sich bei mir bauen"},
        {"Video call about the functions", "Videogespräch über die Funktionen"},
        {"Concept with effects and risks", "Konzept mit Auswirkungen und Risiken"}}},
      {{"Implementation", "Umsetzung"},
       {"The functions are written in the style of your code, with tests. You receive a version to try out and the changes "
        "for review.",
        "Die Funktionen entstehen im Stil Ihres Codes und mit Tests. Sie erhalten eine Version zum Ausprobieren und die "
        "Änderungen zur Durchsicht."},
       false, 5000,
       {{"Functions with tests", "Funktionen mit Tests"},
        {"Version to try out", "Version zum Ausprobieren"}}},
      {{"Acceptance and release", "Abnahme und Veröffentlichung"},
       {"Your findings are fixed. You receive the installer, the source code and notes on what has changed.",
        "Ihre Rückmeldungen werden eingearbeitet. Sie erhalten das Installationsprogramm, den Quellcode und eine Übersicht "
        "der Änderungen."},
       false, 3000,
       {{"Findings fixed", "Rückmeldungen eingearbeitet"},
        {"Installer and source code", "Installationsprogramm und Quellcode"},
        {"Release notes", "Versionshinweise"}}}}},
    {"desktop-applications-new", "desktop-applications",
     {"New application", "Neue Anwendung"},
     {"From the specification over a prototype to the installer, in five steps.",
      "Vom Pflichtenheft über den Prototyp bis zum Installationsprogramm, in fünf Schritten."},
     {{{"Specification", "Pflichtenheft"},
       {"In a video call we collect what the application must do, for whom and on which systems. You receive a specification "
        "by which the result can be checked.",
        "In einem Videogespräch sammeln wir, was die Anwendung leisten muss, für wen und auf welchen Systemen. Sie erhalten "
        "ein Pflichtenheft, an dem sich das Ergebnis prüfen lässt."},
       true, 1500,
       {{"Video call about requirements", "Videogespräch über die Anforderungen"},
        {"Specification with acceptance criteria", "Pflichtenheft mit Abnahmekriterien"}}},
      {{"Design and prototype", "Entwurf und Prototyp"},
       {"You receive a prototype that you can click through, with all main screens, and the outline of the architecture.",
        "Sie erhalten einen klickbaren Prototyp mit allen wichtigen Masken und einen Überblick über die Architektur."},
       false, 2000,
       {{"Main screens", "Wichtige Masken"},
        {"Prototype to click through", "Klickbarer Prototyp"},
        {"Outline of the architecture", "Überblick über die Architektur"}}},
      {{"First working version", "Erste lauffähige Version"},
       {"You receive a version with the core functions to install and try out, so that you can steer early.",
        "Sie erhalten eine Version mit den Kernfunktionen zum Installieren und Ausprobieren, damit Sie früh steuern können."},
       false, 3000,
       {{"Core functions", "Kernfunktionen"},
        {"Automated tests", "Automatische Tests"}}},
      {{"Complete application", "Vollständige Anwendung"},
       {"All functions of the specification are there and tested on the agreed systems. Your findings from the first version "
        "are fixed.",
        "Alle Funktionen des Pflichtenhefts sind umgesetzt und auf den vereinbarten Systemen getestet. Ihre Rückmeldungen "
        "zur ersten Version sind eingearbeitet."},
       false, 2500,
       {{"All functions", "Alle Funktionen"},
        {"Tested on all agreed systems", "Getestet auf allen vereinbarten Systemen"}}},
      {{"Installer and handover", "Installationsprogramm und Übergabe"},
       {"You receive the installer, the source code and a manual. In a video call I show you how to build and maintain the "
        "application.",
        "Sie erhalten das Installationsprogramm, den Quellcode und ein Handbuch. In einem Videogespräch zeige ich Ihnen, wie "
        "Sie die Anwendung bauen und pflegen."},
       true, 1000,
       {{"Installer and source code", "Installationsprogramm und Quellcode"},
        {"Manual", "Handbuch"},
        {"Handover in a video call", "Übergabe im Videogespräch"}}}}},

    {"producers-composers-film-music", "producers-composers",
     {"Music for film and games", "Musik für Film und Spiele"},
     {"From the spotting session to stems that fit your picture.",
      "Von der gemeinsamen Sichtung bis zu Stems, die zu Ihrem Bild passen."},
     {{{"Spotting session", "Gemeinsame Sichtung"},
       {"In a video call we watch your film or game together and decide where there is music and what it tells. You receive "
        "a list of all cues with times and moods.",
        "In einem Videogespräch sehen wir Ihren Film oder Ihr Spiel gemeinsam an und legen fest, wo Musik steht und was sie "
        "erzählt. Sie erhalten eine Liste aller Einsätze mit Zeiten und Stimmungen."},
       true, 2000,
       {{"Watch the picture together", "Gemeinsam das Bildmaterial ansehen"},
        {"List of cues", "Liste der Einsätze"}}},
      {{"Themes and sketches", "Themen und Skizzen"},
       {"You receive the main themes and a sketch of each important cue with sampled instruments.",
        "Sie erhalten die Hauptthemen und von jedem wichtigen Einsatz eine Skizze mit gesampelten Instrumenten."},
       false, 3000,
       {{"Main themes", "Hauptthemen"},
        {"Sketches to picture", "Skizzen zum Bild"}}},
      {{"Full score", "Ausgearbeitete Musik"},
       {"All cues are composed, arranged and produced to the final cut.",
        "Alle Einsätze sind zum endgültigen Schnitt komponiert, arrangiert und produziert."},
       false, 3000,
       {{"All cues arranged", "Alle Einsätze arrangiert"},
        {"Recording of live instruments where agreed", "Aufnahme echter Instrumente, wo vereinbart"}}},
      {{"Mix and delivery", "Mischung und Lieferung"},
       {"You receive the mixed music in stereo, the stems, and the list of cues for the collecting society.",
        "Sie erhalten die gemischte Musik in Stereo, die Stems und die Musikliste für die Verwertungsgesellschaft."},
       false, 2000,
       {{"Mix and master", "Mischung und Mastering"},
        {"Stems", "Stems"},
        {"Cue sheet", "Musikliste"}}}}},
    {"producers-composers-song", "producers-composers",
     {"Song production", "Songproduktion"},
     {"From the idea to a master that is ready for release.",
      "Von der Idee bis zum veröffentlichungsreifen Master."},
     {{{"Concept and references", "Konzept und Referenzen"},
       {"In a video call we listen to references and decide on style, tempo, key and instruments. You receive the concept in "
        "writing.",
        "In einem Videogespräch hören wir Referenzen und legen Stil, Tempo, Tonart und Instrumente fest. Sie erhalten das "
        "Konzept schriftlich."},
       true, 1500,
       {{"Video call with references", "Videogespräch mit Referenzen"},
        {"Concept in writing", "Schriftliches Konzept"}}},
      {{"Demo", "Demo"},
       {"You receive a demo of the whole song with structure, chords and melody.",
        "Sie erhalten ein Demo des ganzen Songs mit Aufbau, Akkorden und Melodie."},
       false, 3000,
       {{"Structure and chords", "Aufbau und Akkorde"},
        {"Melody with guide vocals", "Melodie mit Hilfsgesang"}}},
      {{"Production and recording", "Produktion und Aufnahme"},
       {"The song is arranged, recorded and edited. You receive a rough mix with all tracks.",
        "Der Song wird arrangiert, aufgenommen und geschnitten. Sie erhalten eine Rohmischung mit allen Spuren."},
       false, 3000,
       {{"Arrangement", "Arrangement"},
        {"Recording and editing", "Aufnahme und Schnitt"},
        {"Rough mix", "Rohmischung"}}},
      {{"Mix, master and files", "Mischung, Master und Dateien"},
       {"You receive the final mix, the master for streaming, an instrumental version and the stems.",
        "Sie erhalten die endgültige Mischung, den Master fürs Streaming, eine Instrumentalversion und die Stems."},
       false, 2500,
       {{"Mix", "Mischung"},
        {"Master for streaming", "Master fürs Streaming"},
        {"Instrumental version and stems", "Instrumentalversion und Stems"}}}}},

    {"social-media-marketing-campaign", "social-media-marketing",
     {"Advertising campaign", "Werbekampagne"},
     {"A paid campaign from the briefing to the final report.",
      "Eine bezahlte Kampagne vom Briefing bis zum Abschlussbericht."},
     {{{"Briefing and audiences", "Briefing und Zielgruppen"},
       {"In a video call we agree on goal, budget and message. You receive the audiences, the channels and the figures by "
        "which success is measured.",
        "In einem Videogespräch legen wir Ziel, Budget und Botschaft fest. Sie erhalten die Zielgruppen, die Kanäle und die "
        "Kennzahlen, an denen der Erfolg gemessen wird."},
       true, 2000,
       {{"Video call about goal and budget", "Videogespräch über Ziel und Budget"},
        {"Audiences and channels", "Zielgruppen und Kanäle"},
        {"Figures that measure success", "Kennzahlen für den Erfolg"}}},
      {{"Ads", "Anzeigen"},
       {"You receive texts, pictures and clips for all ads, in variants that are tested against each other.",
        "Sie erhalten Texte, Bilder und Clips für alle Anzeigen, in Varianten, die gegeneinander getestet werden."},
       false, 3000,
       {{"Texts", "Texte"},
        {"Pictures and clips", "Bilder und Clips"},
        {"Variants for tests", "Testvarianten"}}},
      {{"Set-up and launch", "Einrichtung und Start"},
       {"Tracking, audiences and ads are set up in your account, checked and started. You receive proof that conversions are "
        "counted.",
        "Tracking, Zielgruppen und Anzeigen werden in Ihrem Konto eingerichtet, geprüft und gestartet. Sie erhalten den "
        "Nachweis, dass Conversions gezählt werden."},
       false, 2500,
       {{"Tracking checked", "Tracking geprüft"},
        {"Campaign started", "Kampagne gestartet"}}},
      {{"Optimisation and final report", "Optimierung und Abschlussbericht"},
       {"The campaign is optimised while it runs. You receive a report with results, costs and what to do next.",
        "Die Kampagne wird laufend optimiert. Sie erhalten einen Bericht mit Ergebnissen, Kosten und Empfehlungen."},
       false, 2500,
       {{"Optimisation every week", "Wöchentliche Optimierung"},
        {"Final report", "Abschlussbericht"}}}}},
    {"social-media-marketing-launch", "social-media-marketing",
     {"Launch of a channel", "Start eines Kanals"},
     {"Strategy, first content and a handover for a channel that starts anew.",
      "Strategie, erste Inhalte und Übergabe für einen Kanal, der neu beginnt."},
     {{{"Analysis and goals", "Analyse und Ziele"},
       {"In a video call we talk about your brand and your goals. You receive an analysis of your present channels and of "
        "three competitors.",
        "In einem Videogespräch sprechen wir über Ihre Marke und Ihre Ziele. Sie erhalten eine Analyse Ihrer bisherigen "
        "Kanäle und von drei Wettbewerbern."},
       true, 2000,
       {{"Video call about brand and goals", "Videogespräch über Marke und Ziele"},
        {"Analysis of channels and competitors", "Analyse von Kanälen und Wettbewerbern"}}},
      {{"Strategy and content plan", "Strategie und Redaktionsplan"},
       {"You receive the topics, the tone, the formats and a content plan for the first four weeks.",
        "Sie erhalten Themen, Tonalität, Formate und einen Redaktionsplan für die ersten vier Wochen."},
       false, 2500,
       {{"Topics, tone and formats", "Themen, Tonalität und Formate"},
        {"Content plan for four weeks", "Redaktionsplan für vier Wochen"}}},
      {{"Profile and content", "Profil und Inhalte"},
       {"The profile is set up, and the posts of the content plan are ready: texts, pictures and clips for your approval.",
        "Das Profil ist eingerichtet, und die Beiträge des Redaktionsplans sind fertig: Texte, Bilder und Clips zu Ihrer "
        "Freigabe."},
       false, 3500,
       {{"Profile set up", "Profil eingerichtet"},
        {"Posts for four weeks", "Beiträge für vier Wochen"}}},
      {{"Publication and handover", "Veröffentlichung und Übergabe"},
       {"The posts go out as planned. You receive a report on reach and engagement, and in a video call I hand the channel "
        "over to your team.",
        "Die Beiträge erscheinen wie geplant. Sie erhalten einen Bericht über Reichweite und Interaktionen, und in einem "
        "Videogespräch übergebe ich den Kanal an Ihr Team."},
       true, 2000,
       {{"Posts published", "Beiträge veröffentlicht"},
        {"Report on reach and engagement", "Bericht über Reichweite und Interaktionen"},
        {"Handover in a video call", "Übergabe im Videogespräch"}}}}},
};
// clang-format on

Milestone MilestoneFrom(const TemplateMilestone& step, const Packages& packages, PlanLanguage language) {
  Milestone milestone;
  milestone.title = std::string(step.title.in(language));
  milestone.description = std::string(step.description.in(language));
  milestone.zoom = step.zoom;
  std::set<Tier> tiers;
  for (const auto& [tier, package] : packages) {
    milestone.packages[tier].share = step.share;
    tiers.insert(tier);
  }
  for (const PlanText& title : step.substeps())
    milestone.substeps.push_back({std::string(title.in(language)), tiers});
  return milestone;
}

}  // namespace

absl::Span<const PlanText> TemplateMilestone::substeps() const {
  const auto unused = std::find_if(std::begin(substep_titles), std::end(substep_titles),
                                   [](const PlanText& title) { return title.empty(); });
  return {std::begin(substep_titles), static_cast<size_t>(unused - std::begin(substep_titles))};
}

absl::Span<const TemplateMilestone> MilestoneTemplate::milestones() const {
  const auto unused = std::find_if(std::begin(steps), std::end(steps),
                                   [](const TemplateMilestone& step) { return step.title.empty(); });
  return {std::begin(steps), static_cast<size_t>(unused - std::begin(steps))};
}

absl::Span<const MilestoneTemplate> MilestoneTemplates() {
  return kTemplates;
}

const MilestoneTemplate* FindTemplate(absl::string_view id) {
  for (const MilestoneTemplate& each : kTemplates)
    if (each.id == id) return &each;
  return nullptr;
}

PlanTerms DraftFrom(const MilestoneTemplate& chosen, const Packages& packages, PlanLanguage language) {
  PlanTerms draft;
  for (const TemplateMilestone& step : chosen.milestones())
    draft.milestones.push_back(MilestoneFrom(step, packages, language));
  return draft;
}

}  // namespace milepost::gig_catalog
