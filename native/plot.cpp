namespace kymo {}
