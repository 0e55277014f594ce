// ImageTasks: carries out EC2's import tasks, and tells the images of Image Builder that follow one
// what became of it. Each turn is short; the work is in processes. One thread at a time (the
// daemon's scheduler); what is to be done stands in rows, so nothing is lost by a crash.
#pragma once

#include "actions/imports.h"
#include "base/clock.h"
#include "state/image_tasks.h"

namespace goldsmith::actions {

class ImageTasks {
public:
    ImageTasks(db::Database& database, Imports& imports) : database_(database), imports_(imports) {}

    /// Moves every unfinished task on. A task that fails says why in its row.
    void turn(base::Time now);

private:
    void advance(state::ImageTaskRow task, base::Time now);
    void cancel(state::ImageTaskRow task, base::Time now);
    void finish(const state::ImageTaskRow& task, base::Time now);

    db::Database& database_;
    Imports& imports_;
};

/// "converting: 40%" -> 40 of the whole import, of which each stage is a part. Pure.
int percent_of_import(std::string_view stage);

}  // namespace goldsmith::actions
