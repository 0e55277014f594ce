# All nine resources of the provider and all its data sources for Image Builder. The variables are what the test changes.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

variable "endpoint" { type = string }
variable "ami" { type = string }
variable "description" { default = "first" } # updated in place
variable "component_version" { default = "1.0.0" } # replaces the component and what is made of it

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
  # Go's client sometimes closes a connection beneath an answer it is reading ("use of closed network connection") and
  # counts on the next attempt. What a server answers wrongly is seen in the recorded exchanges, not here.
  max_retries = 3
  endpoints {
    imagebuilder = var.endpoint
    sts          = var.endpoint
    iam          = var.endpoint
    ec2          = var.endpoint
  }
}

resource "aws_imagebuilder_component" "web" {
  name                  = "tf web"
  version               = var.component_version
  platform              = "Linux"
  description           = "a page"
  supported_os_versions = ["Debian"]
  tags                  = { team = "web" }
  data = yamlencode({
    schemaVersion = 1.0
    phases = [{
      name  = "build"
      steps = [{ name = "Write", action = "ExecuteBash", inputs = { commands = ["echo ${var.component_version}"] } }]
    }]
  })
  lifecycle { create_before_destroy = true }
}

resource "aws_imagebuilder_image_recipe" "web" {
  name         = "tf web"
  version      = var.component_version
  parent_image = var.ami
  description  = "a web server"
  component {
    component_arn = aws_imagebuilder_component.web.arn
  }
  block_device_mapping {
    device_name = "/dev/xvda"
    ebs {
      delete_on_termination = true
      volume_size           = 2
      volume_type           = "gp3"
    }
  }
  systems_manager_agent {
    uninstall_after_build = true
  }
  tags = { team = "web" }
  lifecycle { create_before_destroy = true }
}

resource "aws_imagebuilder_container_recipe" "box" {
  name           = "tf box"
  version        = var.component_version
  container_type = "DOCKER"
  parent_image   = "debian:12"
  component {
    component_arn = aws_imagebuilder_component.web.arn
  }
  target_repository {
    repository_name = "box"
    service         = "ECR"
  }
  dockerfile_template_data = "FROM {{{ imagebuilder:parentImage }}}\n{{{ imagebuilder:environments }}}\n{{{ imagebuilder:components }}}\n"
  lifecycle { create_before_destroy = true }
}

resource "aws_imagebuilder_infrastructure_configuration" "web" {
  name                          = "tf web"
  description                   = var.description
  instance_profile_name         = "builder"
  instance_types                = ["m5.large", "t3.large"]
  terminate_instance_on_failure = true
  resource_tags                 = { built-for = "web" }
  instance_metadata_options {
    http_put_response_hop_limit = 2
    http_tokens                 = "required"
  }
  logging {
    s3_logs {
      s3_bucket_name = "logs"
      s3_key_prefix  = "builds"
    }
  }
  tags = { team = var.description }
}

resource "aws_imagebuilder_distribution_configuration" "web" {
  name        = "tf web"
  description = var.description
  distribution {
    region = "us-east-1"
    ami_distribution_configuration {
      name     = "tf {{ imagebuilder:buildDate }}"
      ami_tags = { team = "web" }
    }
  }
  distribution {
    region = "us-west-2"
    ami_distribution_configuration {
      name = "tf {{ imagebuilder:buildDate }}"
    }
  }
}

resource "aws_imagebuilder_workflow" "empty" {
  name    = "tf wait"
  version = "1.0.0"
  type    = "TEST"
  data = yamlencode({
    schemaVersion = 1.0
    steps         = [{ name = "Ask", action = "WaitForAction", onFailure = "Continue", timeoutSeconds = 1 }]
  })
}

resource "aws_imagebuilder_image_pipeline" "web" {
  name                             = "tf web"
  description                      = var.description
  image_recipe_arn                 = aws_imagebuilder_image_recipe.web.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.web.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.web.arn
  image_tests_configuration {
    image_tests_enabled = true
    timeout_minutes     = 60
  }
  schedule {
    schedule_expression                = "cron(0 8 * * ? *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_ONLY"
  }
  tags = { team = "web" }
}

resource "aws_imagebuilder_image" "web" {
  image_recipe_arn                 = aws_imagebuilder_image_recipe.web.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.web.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.web.arn
  tags                             = { team = "web" }
}

resource "aws_imagebuilder_lifecycle_policy" "old" {
  name           = "tf old"
  description    = var.description
  execution_role = "arn:aws:iam::123456789012:role/lifecycle"
  resource_type  = "AMI_IMAGE"
  policy_detail {
    action {
      type = "DELETE"
    }
    filter {
      type            = "AGE"
      value           = 6
      retain_at_least = 3
      unit            = "YEARS"
    }
  }
  resource_selection {
    tag_map = { team = "web" }
  }
}

data "aws_imagebuilder_component" "web" { arn = aws_imagebuilder_component.web.arn }
data "aws_imagebuilder_components" "all" {
  owner = "Self"
  filter {
    name   = "name"
    values = [aws_imagebuilder_component.web.name]
  }
}
data "aws_imagebuilder_container_recipe" "box" { arn = aws_imagebuilder_container_recipe.box.arn }
data "aws_imagebuilder_container_recipes" "all" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_container_recipe.box.name]
  }
}
data "aws_imagebuilder_distribution_configuration" "web" { arn = aws_imagebuilder_distribution_configuration.web.arn }
data "aws_imagebuilder_distribution_configurations" "all" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_distribution_configuration.web.name]
  }
}
data "aws_imagebuilder_image" "web" { arn = aws_imagebuilder_image.web.arn }
data "aws_imagebuilder_image_pipeline" "web" { arn = aws_imagebuilder_image_pipeline.web.arn }
data "aws_imagebuilder_image_pipelines" "all" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_image_pipeline.web.name]
  }
}
data "aws_imagebuilder_image_recipe" "web" { arn = aws_imagebuilder_image_recipe.web.arn }
data "aws_imagebuilder_image_recipes" "all" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_image_recipe.web.name]
  }
}
data "aws_imagebuilder_infrastructure_configuration" "web" { arn = aws_imagebuilder_infrastructure_configuration.web.arn }
data "aws_imagebuilder_infrastructure_configurations" "all" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_infrastructure_configuration.web.name]
  }
}

output "found" {
  value = {
    component      = data.aws_imagebuilder_component.web.type
    components     = length(data.aws_imagebuilder_components.all.arns)
    recipes        = length(data.aws_imagebuilder_image_recipes.all.arns)
    boxes          = length(data.aws_imagebuilder_container_recipes.all.arns)
    distributions  = length(data.aws_imagebuilder_distribution_configurations.all.arns)
    pipelines      = length(data.aws_imagebuilder_image_pipelines.all.arns)
    infrastructure = length(data.aws_imagebuilder_infrastructure_configurations.all.arns)
    amis           = length(tolist(data.aws_imagebuilder_image.web.output_resources)[0].amis)
    parent         = data.aws_imagebuilder_image_recipe.web.parent_image
    box            = data.aws_imagebuilder_container_recipe.box.target_repository[0].repository_name
    regions        = length(data.aws_imagebuilder_distribution_configuration.web.distribution)
    schedule       = data.aws_imagebuilder_image_pipeline.web.schedule[0].schedule_expression
    profile        = data.aws_imagebuilder_infrastructure_configuration.web.instance_profile_name
  }
}
