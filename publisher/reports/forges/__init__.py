"""Where merge requests live: GitHub and GitLab, through their REST APIs and the CI's own environment."""
