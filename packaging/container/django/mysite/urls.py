from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path


def front(request):
    return HttpResponse(f'<!DOCTYPE html><link rel="stylesheet" href="{static("site.css")}">'
                        "<h1>Django behind Frontis</h1>")


urlpatterns = [path("", front)]
