// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/run_schema_private.h"

namespace fedefm {

// docs/run-store.md explains every table; a change needs a new kRunSchemaVersion and a reader for the older
// one.
std::string runSchemaSql()
{
    std::string sql = R"(
CREATE TABLE run (
    id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, kind TEXT NOT NULL, started_utc TEXT NOT NULL,
    seed TEXT NOT NULL, version TEXT NOT NULL, epochs_planned INTEGER NOT NULL, architecture TEXT NOT NULL,
    config TEXT NOT NULL, split TEXT NOT NULL);
CREATE TABLE session (
    id INTEGER PRIMARY KEY, utc TEXT NOT NULL, pid INTEGER NOT NULL, process_start INTEGER NOT NULL,
    boot_id TEXT NOT NULL, from_step INTEGER NOT NULL, wall_seconds REAL NOT NULL, version TEXT NOT NULL,
    machine TEXT NOT NULL);
CREATE TABLE state (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session (id), utc TEXT NOT NULL,
    wall_seconds REAL NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE point (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session (id),
    metric INTEGER NOT NULL REFERENCES metric (id), step INTEGER NOT NULL, epoch REAL NOT NULL,
    wall_seconds REAL NOT NULL, value REAL);
CREATE INDEX point_of_metric ON point (metric);
CREATE TABLE epoch (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session (id), step INTEGER NOT NULL,
    epoch INTEGER NOT NULL, best INTEGER NOT NULL, wall_seconds REAL NOT NULL, metrics TEXT NOT NULL);
CREATE TABLE sample (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session (id), step INTEGER NOT NULL,
    epoch INTEGER NOT NULL, picture TEXT NOT NULL, reference TEXT NOT NULL, prediction TEXT NOT NULL);
CREATE TABLE event (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session (id), utc TEXT NOT NULL,
    wall_seconds REAL NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE command (id INTEGER PRIMARY KEY, utc TEXT NOT NULL, command TEXT NOT NULL);
)";
    // A programming fault, or a careless hand, must not rewrite what a run has recorded.
    for (const std::string table :
         {"run", "session", "state", "metric", "point", "epoch", "sample", "event", "command"})
        for (const std::string verb : {"UPDATE", "DELETE"})
            sql += "CREATE TRIGGER " + table + "_no_" + verb + " BEFORE " + verb + " ON " + table +
                   " BEGIN SELECT RAISE (ABORT, 'run stores are append-only'); END;\n";
    return sql;
}

std::string currentRow(const std::string& table)
{
    return "NOT EXISTS (SELECT 1 FROM session AS later WHERE later.id > " + table +
           ".session AND later.from_step < " + table + ".step)";
}

} // namespace fedefm
