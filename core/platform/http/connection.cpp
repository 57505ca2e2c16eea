#include "core/platform/http/connection.h"

namespace hostelry::http {

void DeadlineList::push_back(Connection& connection) {
    connection.previous = back_;
    connection.next = nullptr;
    (back_ == nullptr ? front_ : back_->next) = &connection;
    back_ = &connection;
}

void DeadlineList::remove(Connection& connection) {
    (connection.previous == nullptr ? front_ : connection.previous->next) = connection.next;
    (connection.next == nullptr ? back_ : connection.next->previous) = connection.previous;
    connection.previous = connection.next = nullptr;
}

}  // namespace hostelry::http
