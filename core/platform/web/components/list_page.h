#pragma once

#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list.h"

#include <vector>

namespace hostelry::view {

/// A page that is a list: its template shows head, filter and list, and a row for each of `rows`.
template <typename Row>
struct ListPage {
    Shell frame;
    PageHead head;
    FilterForm filter;
    List list;
    std::vector<Row> rows;
};

}  // namespace hostelry::view
